"""Every process of the tests has one thread, however the tests are called."""

import os
import subprocess
import sys

import numpy as np  # noqa: F401 loads the first BLAS
import scipy.linalg  # noqa: F401 and the second
from threadpoolctl import threadpool_info


def test_this_process_has_one_thread():
    assert {pool["num_threads"] for pool in threadpool_info()} == {1}


def test_torch_has_one_thread():
    import torch

    assert torch.get_num_threads() == 1


def test_the_environment_of_the_caller_does_not_matter():
    """Workers of pytest-xdist and processes of tests inherit what the first process sets."""
    asked = os.environ | {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    probe = f"{__file__}::{test_this_process_has_one_thread.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", probe]
    done = subprocess.run(command, env=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
