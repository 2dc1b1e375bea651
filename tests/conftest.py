"""One BLAS thread, as the threads of small products fight; fixed Hypothesis examples and date."""

import os

import scipy.linalg  # noqa: F401 loads the second of the two BLAS libraries
from hypothesis import settings
from threadpoolctl import threadpool_limits

threadpool_limits(limits=1)
settings.register_profile("fixed", derandomize=True, database=None)
settings.load_profile("fixed")
os.environ.setdefault("SOURCE_DATE_EPOCH", "1570752000")  # so that records repeat bit for bit
