"""One BLAS thread, as the threads of small products fight, and fixed Hypothesis examples."""

import scipy.linalg  # noqa: F401 loads the second of the two BLAS libraries
from hypothesis import settings
from threadpoolctl import threadpool_limits

threadpool_limits(limits=1)
settings.register_profile("fixed", derandomize=True, database=None)
settings.load_profile("fixed")
