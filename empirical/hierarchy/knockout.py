"""One assumption of the model made true, or one ingredient removed, to see what it explains."""

from __future__ import annotations

import torch
import xarray as xr
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.clustering import class_sizes, means
from empirical.gauss_newton.gram import gram, mixed, project_out
from empirical.gauss_newton.spectrum import softmax_root, spectrum
from empirical.operators import Operator
from empirical.operators.lanczos import eigenpairs
from empirical.recorded import variable
from theory import stream

KNOCKOUTS = ("logit_means", "logit_class_means", "noise")
RESIDUAL = 1e-6  # of an eigenvalue without one class, relative to it
BLOCK, PRODUCTS = 4, 2000


def shuffled_outputs(sample: Sample, *, seed: int, memory: int | None = None) -> xr.Dataset:
    """The spectrum of G with the softmax outputs exchanged among the examples of a class.

    The model takes logit gradients to be independent of the outputs within a class. Exchanging the
    outputs makes that true and changes nothing else: means, noise and its covariance, outputs and
    labels stay. What differs from the measured spectrum is due to that dependence alone; what
    still differs from the prediction is not.

    Parameters
    ----------
    seed
        Root of the exchange.
    memory
        Most bytes to use; by default what is free.

    Returns
    -------
    xr.Dataset
        ``shuffled_eigenvalues``, ``shuffled_gradient_power`` (rank), ``shuffled_gradient_norm``.
    """
    exchange = torch.arange(len(sample.targets), device=sample.targets.device)
    rng = stream(seed, "shuffle")
    for label in range(sample.C):
        members = (sample.targets == label).nonzero()[:, 0]
        exchange[members] = members[torch.from_numpy(rng.permutation(len(members)))]
    exchanged = Sample(sample.logits[exchange], sample.targets, sample.gradients)
    return spectrum_record(exchanged, prefix="shuffled", memory=memory)


def spectrum_record(sample: Sample, *, prefix: str, memory: int | None = None) -> xr.Dataset:
    """``<prefix>_eigenvalues``, ``_gradient_power`` (rank) and ``_gradient_norm`` of a sample."""
    curvature = spectrum(sample, memory=memory)
    values = {
        "eigenvalues": curvature.eigenvalues,
        "gradient_power": curvature.gradient_power,
        "gradient_norm": curvature.gradient_norm,
    }
    arrays = {
        f"{prefix}_{name}": variable(f"{prefix}_{name}", value, observable=name)
        for name, value in values.items()
    }
    return xr.Dataset(arrays)


def without_means(sample: Sample, *, memory: int | None = None) -> xr.Dataset:
    r"""The spectrum of G without some of the mean logit gradients, all else left as it is.

    ``G = (1/N) Σ_μ J_μᵀ A_μ J_μ`` with J replaced by

    - ``logit_means``: ``J - c_k``, the means over all examples removed;
    - ``logit_class_means``: ``J - c_{k,y}``, those over the examples of each class removed;
    - ``noise``: ``c_{k,y}``, nothing but these means left;

    and for each class alone, ``J - c_{k,y}`` in its own examples, ``J`` in all others. Group means
    are taken out of ``J Jᵀ`` by projection, so only matrices of the size N·C are formed, whatever D
    is. Two spectra, and a run of Lanczos for each class. Derived in docs/theory/hierarchy.md.

    Parameters
    ----------
    memory
        Most bytes to use; by default what is free.

    Returns
    -------
    xr.Dataset
        ``knockout_eigenvalues`` (knockout, rank), the ``min(N(C-1), D)`` eigenvalues, and
        ``class_knockout_eigenvalues`` (label, class_rank), the C largest of them at most without
        the means of each class, to a relative ``RESIDUAL``.

    Raises
    ------
    InputError
        If a class has no example, or the memory would not suffice.
    ArithmeticError
        If the largest eigenvalues without one class do not converge.
    """
    N, C, y = len(sample.targets), sample.C, sample.targets
    class_sizes(y, classes=C, at_least=1)
    K = gram(sample.gradients, memory=memory)
    S = softmax_root(sample.logits) / N**0.5
    logit = torch.arange(C, device=y.device).expand(N, C)
    pair = C * y[:, None] + logit
    everywhere = torch.ones_like(y, dtype=torch.bool)
    size = min(N * (C - 1), sample.gradients.D)
    spectra = [
        _eigenvalues(mixed(_centred(K, logit, everywhere), S), size),
        _eigenvalues(mixed(_centred(K, pair, everywhere), S), size),
        _eigenvalues(_products_of_means(sample), size),
    ]
    top = min(C, size)
    without = [_top(mixed(_centred(K, pair, y == label), S), top) for label in range(C)]
    arrays = {
        "knockout_eigenvalues": variable(
            "knockout_eigenvalues", torch.stack(spectra), dims=("knockout",)
        ),
        "class_knockout_eigenvalues": variable(
            "class_knockout_eigenvalues", torch.stack(without), dims=("label",)
        ),
    }
    return xr.Dataset(arrays, coords={"knockout": list(KNOCKOUTS)})


def _centred(K: Tensor, groups: Tensor, members: Tensor) -> Tensor:
    """K without the means of the groups ``(N, C)`` in the examples that are ``members``."""
    inside = members[:, None].expand_as(groups).flatten()
    sizes = torch.bincount(groups.flatten()).to(K.dtype)
    u = torch.where(inside, 1 / sizes[groups.flatten()].sqrt(), 0)
    return project_out(K, u, groups.flatten())


def _products_of_means(sample: Sample) -> Tensor:
    """Of rows whose outer products sum to G with J replaced by ``c_{k,y}``, shape ``(C², C²)``."""
    C, S = sample.C, softmax_root(sample.logits)
    blocks = S.new_zeros(C, C, C).index_add_(0, sample.targets, S @ S.mT) / len(S)
    values, vectors = torch.linalg.eigh(blocks)
    roots = vectors * values.clamp_min(0).sqrt()[:, None]
    rows = roots.mT @ means(sample).over_classes.unflatten(0, (C, C))
    return rows.flatten(0, 1) @ rows.flatten(0, 1).T


def _eigenvalues(matrix: Tensor, size: int) -> Tensor:
    """The largest ``size``, descending; zeros after those of a smaller matrix."""
    values = torch.linalg.eigvalsh(matrix).flip(0).clamp_min(0)[:size]
    return torch.nn.functional.pad(values, (0, size - len(values)))


def _top(matrix: Tensor, count: int) -> Tensor:
    operator = Operator(lambda v: v @ matrix, len(matrix), matrix.dtype, matrix.device)
    found = eigenpairs(operator, top=count, tolerance=RESIDUAL, block=BLOCK, products=PRODUCTS)
    if not found.converged.all():
        worst = float((found.residuals / found.values.abs()).max())
        raise ArithmeticError(f"an eigenvalue without one class has a relative residual {worst:g}")
    return found.values.clamp_min(0)
