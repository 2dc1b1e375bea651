"""Repeated draws of the spectrum, side by side, with the same bits for any number of workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Unpack

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from simulate import on_device
from simulate.ensemble import Ensemble, Levels, Model, ensemble
from simulate.hessian import Spectrum, sample
from simulate.one_draw.drawn_means import with_means
from simulate.one_draw.draws import examples, mean_gram, mean_vectors
from simulate.top import Top
from simulate.top import sample as sample_top
from theory import Params, checks, stream
from theory.records.record import variable

Progress = Callable[[int], object]
BOTH = ("eigenvalues", "gradient_power", "gradient_norm", "lambda_max")
FULL = ("trace", "frobenius")  # what the top alone does not give


def replicates(
    params: Params,
    *,
    seed: int,
    replicates: int,
    workers: int = 1,
    top: int | None = None,
    device: str | None = None,
    memory: float | None = None,
    progress: Progress | None = None,
    **levels: Unpack[Levels],
) -> xr.Dataset:
    """Spectra of the model at its level, with means and noise drawn anew on one seed's examples.

    Replicate i draws from ``stream(seed, "means", i)`` and ``stream(seed, "noise", i)``, so it
    is the same however many others there are, and whichever worker draws it.

    Parameters
    ----------
    seed
        Root of all streams; also that of ``simulate.draws.examples``.
    replicates
        Number of draws, at least 1.
    workers
        Threads, each with BLAS on one thread; memory grows with them. With a device those that do
        what it leaves to the host.
    top
        Only this many of the largest eigenvalues, matrix-free: other draws of the same law.
    device
        Draw many at a time by torch on ``cpu``, ``cuda`` or ``cuda:INDEX``,
        without curvature or ``top``. Other draws of the same law, and others on each device;
        the size of a batch changes them in rounding alone.
    memory
        GiB that a batch on the device may take; without it most of what is free there.
    progress
        Called with the number of new draws, as ``tqdm.update`` wants it.
    levels
        What level FG has besides the parameters: ``Gamma`` or ``means`` of fixed means, at the
        cluster level if they are C²; ``K_C``, ``T`` and ``sigma_H`` as for
        ``simulate.hessian.spectrum``.

    Returns
    -------
    xr.Dataset
        Observables ``eigenvalues`` and ``gradient_power`` (replicate, rank), and
        ``gradient_norm``, ``lambda_max``, and without ``top`` also ``trace`` and ``frobenius``
        (replicate,).

    Raises
    ------
    InputError
        If the seed is negative, ``replicates``, ``workers`` or ``top`` is below 1, a level is
        out of its bounds or set by the parameters as well, or the device, torch or its memory is
        not there.
    """
    drawn = examples(params, seed=seed)
    levels = {name: value for name, value in levels.items() if value is not None}  # pyright: ignore[reportAssignmentType]
    if levels and params.beyond_FG:
        own, here = next(iter(params.beyond_FG.items())), ", ".join(levels)
        raise checks.InputError(f"{own[0]} must be 0 where {here} is given, got {own[1]:g}")
    given = [x for x in (levels.get("Gamma"), levels.get("means")) if x is not None]
    fixed = [np.asarray(x) for x in given]
    clusters = any(len(x) == params.C**2 for x in fixed if x.ndim)

    def at(i: int) -> Ensemble:
        if not levels:
            return with_means(params, drawn, rng=stream(seed, "means", i))
        model: Model = {**levels, "sigma_E": params.sigma_E, "D": params.D}
        if not fixed and levels.get("T") is None:
            model["Gamma"] = mean_gram(params, rng=stream(seed, "means", i))
        elif not fixed:
            model["means"] = mean_vectors(params, rng=stream(seed, "means", i))
        if clusters:
            model["groups"] = drawn.y
        return ensemble(drawn.p, drawn.r, **model)

    return _run(
        at,
        seed=seed,
        replicates=replicates,
        workers=workers,
        top=top,
        device=device,
        memory=memory,
        progress=progress,
    )


def conditional(
    p: ArrayLike,
    r: ArrayLike,
    *,
    seed: int,
    replicates: int,
    workers: int = 1,
    top: int | None = None,
    device: str | None = None,
    memory: float | None = None,
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
        lambda i: fixed,
        seed=seed,
        replicates=replicates,
        workers=workers,
        top=top,
        device=device,
        memory=memory,
        progress=progress,
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
    top: int | None,
    device: str | None,
    memory: float | None,
    progress: Progress | None,
) -> xr.Dataset:
    checks.integer("replicates", replicates, low=1)
    checks.integer("workers", workers, low=1)
    checks.integer("seed", seed, low=0)
    if top is not None:
        checks.integer("top", top, low=1)
    if device is None:
        if memory is not None:
            raise checks.InputError(f"memory bounds a batch on a device, got {memory} without one")
        drawn = _on_threads(
            at, seed=seed, replicates=replicates, workers=workers, top=top, progress=progress
        )
    else:
        if top is not None:
            raise checks.InputError(f"top must be left out on a device, got {top} on {device}")
        drawn = on_device.spectra(
            at,
            seed=seed,
            replicates=replicates,
            device=device,
            workers=workers,
            memory=memory,
            progress=progress,
        )
    names = BOTH if top is not None else BOTH + FULL
    columns = {name: np.array([getattr(s, name) for s in drawn]) for name in names}
    return xr.Dataset(
        {name: variable(name, column, dims=("replicate",)) for name, column in columns.items()}
    )


def _on_threads(
    at: Callable[[int], Ensemble],
    *,
    seed: int,
    replicates: int,
    workers: int,
    top: int | None,
    progress: Progress | None,
) -> Sequence[Spectrum | Top]:
    def one(i: int) -> Spectrum | Top:
        rng = stream(seed, "noise", i)
        return sample(at(i), rng=rng) if top is None else sample_top(at(i), k=top, rng=rng)

    pool = ThreadPoolExecutor(min(workers, replicates))
    with threadpool_limits(limits=1, user_api="blas"):
        futures = [pool.submit(one, i) for i in range(replicates)]
        try:
            for done in as_completed(futures):
                done.result()
                if progress is not None:
                    progress(1)
        finally:  # without waiting for a draw that runs, as the pool's own exit would
            pool.shutdown(wait=False, cancel_futures=True)
    return [f.result() for f in futures]
