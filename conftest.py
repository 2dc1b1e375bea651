"""One thread for each process of the tests, set before numpy, numba or torch is loaded.

The matrices here are small, and the processes as many as the cores: threads would fight. Workers of
pytest-xdist and processes that tests start inherit the environment.

Python looks for cycles less often, and not in what the libraries and the collected tests hold until
the end: by its defaults that is a fifth of what collecting the tests takes.
"""

import gc
import os

for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

gc.set_threshold(20_000, 10, 10)


def pytest_collection_finish():
    """What was loaded to collect the tests stays to the end."""
    gc.freeze()
