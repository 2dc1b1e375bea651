"""Repeated draws of the spectrum, side by side, with the same bits for any number of workers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Unpack

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from simulate.draws import examples, mean_gram
from simulate.ensemble import Ensemble, Model, ensemble
from simulate.hessian import Spectrum, sample
from theory import Params, checks, stream
from theory.record import variable

Progress = Callable[[int], object]
PER_RANK = ("eigenvalues", "gradient_power")
PER_DRAW = ("gradient_norm", "trace", "frobenius", "lambda_max")


def replicates(
    params: Params,
    *,
    seed: int,
    replicates: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Spectra of the model with means and noise drawn anew, on the examples of one seed.

    Replicate i draws from ``stream(seed, "means", i)`` and ``stream(seed, "noise", i)``, so it
    is the same however many others there are, and whichever worker draws it.

    Parameters
    ----------
    seed
        Root of all streams; also that of ``simulate.draws.examples``.
    replicates
        Number of draws, at least 1.
    workers
        Threads, each with BLAS on one thread; memory grows with them.
    progress
        Called with 1 after each draw, as ``tqdm.update`` wants it.

    Returns
    -------
    xr.Dataset
        Observables ``eigenvalues`` and ``gradient_power`` (replicate, rank), and
        ``gradient_norm``, ``trace``, ``frobenius``, ``lambda_max`` (replicate,).

    Raises
    ------
    InputError
        If the seed is negative, or ``replicates`` or ``workers`` is below 1.
    """
    drawn = examples(params, seed=seed)

    def at(i: int) -> Ensemble:
        Gamma = mean_gram(params, rng=stream(seed, "means", i))
        return ensemble(drawn.p, drawn.r, Gamma=Gamma, sigma_E=params.sigma_E, D=params.D)

    return _run(at, seed=seed, replicates=replicates, workers=workers, progress=progress)


def conditional(
    p: ArrayLike,
    r: ArrayLike,
    *,
    seed: int,
    replicates: int,
    workers: int = 1,
    progress: Progress | None = None,
    **model: Unpack[Model],
) -> xr.Dataset:
    """Spectra at given softmax outputs, residuals and means, with the noise drawn anew.

    The arguments of the draw are those of ``simulate.hessian.spectrum``, the others and the
    result those of ``replicates``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    fixed = ensemble(p, r, **model)
    return _run(
        lambda i: fixed, seed=seed, replicates=replicates, workers=workers, progress=progress
    )


def outliers(samples: xr.Dataset, *, C: int) -> xr.DataArray:
    """The C-1 largest eigenvalues of each replicate, which are the outliers at level FG.

    Raises
    ------
    InputError
        If ``C`` is below 2 or the replicates have fewer eigenvalues.
    """
    count = checks.integer("C", C, low=2) - 1
    if count > samples.sizes["rank"]:
        raise checks.InputError(f"C must be at most {samples.sizes['rank'] + 1}, got {C}")
    values = samples.eigenvalues.isel(rank=slice(count))
    return variable("outliers", values, dims=("replicate",))


def _run(
    at: Callable[[int], Ensemble],
    *,
    seed: int,
    replicates: int,
    workers: int,
    progress: Progress | None,
) -> xr.Dataset:
    checks.integer("replicates", replicates, low=1)
    checks.integer("workers", workers, low=1)
    checks.integer("seed", seed, low=0)

    def one(i: int) -> Spectrum:
        return sample(at(i), rng=stream(seed, "noise", i))

    with (
        threadpool_limits(limits=1, user_api="blas"),
        ThreadPoolExecutor(min(workers, replicates)) as pool,
    ):
        futures = [pool.submit(one, i) for i in range(replicates)]
        try:
            for done in as_completed(futures):
                done.result()
                if progress is not None:
                    progress(1)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    drawn = [f.result() for f in futures]
    columns = {name: np.array([getattr(s, name) for s in drawn]) for name in PER_RANK + PER_DRAW}
    return xr.Dataset(
        {name: variable(name, column, dims=("replicate",)) for name, column in columns.items()}
    )
