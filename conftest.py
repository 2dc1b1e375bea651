"""One thread for each process of the tests, set before numpy, numba or torch is loaded.

The matrices here are small, and the processes as many as the cores: threads would fight. Workers of
pytest-xdist and processes that tests start inherit the environment.
"""

import os

for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
