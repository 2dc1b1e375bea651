"""Which eigenvalue of G belongs to which mean of the logit gradients."""

from __future__ import annotations

import torch
import xarray as xr
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.clustering import means
from empirical.gauss_newton.spectrum import leading
from empirical.hierarchy.cross_class import (
    PARTS,
    CrossClass,
    cross_class,
    same_eigenvalues,
    within_eigenvalues,
    within_power,
)
from empirical.hierarchy.knockout import without_means
from empirical.operators.lanczos import orthogonalise
from empirical.recorded import variable
from theory.checks import InputError

GROUPINGS = ("class", "logit")
"""What the cross-class means are averaged for: each true class c, or each c'."""

SPANS = ("logit", "logit_class", "class", "cross")
"""Spans of means, as in ``hierarchy``; the first two nest, and so do the last two."""


def hierarchy(sample: Sample, *, memory: int | None = None) -> xr.Dataset:
    r"""The parts of G, the spans that hold its eigenvectors, and what is left without some means.

    With ``g_{μ,c'} = J_μᵀ(p_μ - e_{c'})`` and weights ``p_{μ,c'}``, G is the sum of four parts
    along the axis ``part``: of the class means ``g_c``, of the cross-class means ``g_{c,c'}`` about
    them, of the deviations from those ``within`` a pair of classes, and of the ``same`` class,
    ``c' = c``. Along the axis ``span``, each span beside the smaller one that it contains:

    - ``logit``: of the differences over k of the means ``c_k`` of the logit gradients,
    - ``logit_class``: of the differences over k of the means ``c_{k,y}`` over class y; holds it,
    - ``class``: of the class means ``g_c``,
    - ``cross``: of the cross-class means ``g_{c,c'}``; holds it.

    Differences, as ``A_μ 1 = 0`` lets nothing else into G. Papyan 2019 and 2020, derived in
    docs/theory/hierarchy.md. What ``knockout.without_means`` finds is in the record
    too.

    Parameters
    ----------
    sample
        As of ``empirical.capture``.
    memory
        Most bytes to use for a matrix; by default what is free. Beyond the matrices of the size N·C
        a few times C² vectors of D weights are held.

    Returns
    -------
    xr.Dataset
        ``part_trace``, ``part_eigenvalues`` (part, top_rank); ``grouped_share`` (grouping), how
        much of the cross-class means is left when they are averaged over c' for each true class c
        (``class``), or over c for each c' (``logit``); ``top_eigenvalues`` (top_rank);
        ``span_share`` (span, top_rank), cumulative, and ``span_increment``, that of ``logit_class``
        beyond ``logit`` and of ``cross`` beyond ``class``; ``span_rank``, and what a random
        direction and a deviation of G_within would have, ``span_share_random`` and
        ``span_share_within``; ``nearest_class``, ``nearest_overlap`` (top_rank);
        ``knockout_eigenvalues``, ``class_knockout_eigenvalues``.

        ``top_rank`` runs to ``min(C², N(C-1), D)``; where an eigenvalue of G is zero within
        rounding its vector is not defined, and all that depends on it is NaN.

    Raises
    ------
    InputError
        If a class has no example, G is zero within rounding, or the memory would not suffice.
    """
    gradients = sample.gradients
    top = min(sample.C**2, gradients.N * (sample.C - 1), gradients.D)
    parts = cross_class(sample)
    values, vectors = leading(sample, count=top, memory=memory)
    if not len(values):
        raise InputError("logits must leave G above zero, got softmax outputs that are all 0 or 1")
    spectra = [
        _row_eigenvalues(parts.class_rows),
        _row_eigenvalues(parts.cross_rows),
        within_eigenvalues(sample, memory=memory),
        same_eigenvalues(sample),
    ]
    cosines = torch.nn.functional.normalize(parts.class_means) @ vectors.T
    nearest, label = cosines.square().max(0)
    arrays = {
        "part_trace": (parts.traces, "part"),
        "part_eigenvalues": (torch.stack([_padded(each, top) for each in spectra]), "part"),
        "grouped_share": (parts.grouped_shares, "grouping"),
        "top_eigenvalues": (_padded(values, top),),
        "nearest_class": (_padded(label.to(values.dtype), top),),
        "nearest_overlap": (_padded(nearest, top),),
    }
    for name, found in _spans(sample, parts, vectors).items():
        arrays[name] = (_padded(found, top) if found.ndim == 2 else found, "span")
    record = {name: variable(name, array, dims=dims) for name, (array, *dims) in arrays.items()}
    axes = {"part": list(PARTS), "grouping": list(GROUPINGS), "span": list(SPANS)}
    return xr.Dataset(record, coords=axes).merge(without_means(sample, memory=memory))


def _spans(sample: Sample, parts: CrossClass, vectors: Tensor) -> dict[str, Tensor]:
    """All that the record says of the spans, with a first axis ``span``."""
    found = means(sample)
    of_logits = found.over_all - found.over_all.mean(0)
    of_classes = found.over_classes.unflatten(0, (sample.C, sample.C))
    of_classes = (of_classes - of_classes.mean(1, keepdim=True)).flatten(0, 1)
    logit, of_class = _basis(of_logits), _basis(parts.class_means)
    bases = [
        logit,
        _basis(of_classes, beyond=logit),
        of_class,
        _basis(parts.cross_means.flatten(0, 1), beyond=of_class),
    ]
    own = torch.stack([(basis @ vectors.T).square().sum(0) for basis in bases])
    rank = torch.tensor([len(basis) for basis in bases], dtype=own.dtype)
    within = torch.stack([within_power(sample, parts, basis).sum() for basis in bases])
    return {
        "span_increment": own,
        "span_share": _cumulative(own),
        "span_rank": _cumulative(rank),
        "span_share_random": _cumulative(rank) / vectors.shape[1],
        "span_share_within": _cumulative(within) / parts.within_trace,
    }


def _cumulative(values: Tensor) -> Tensor:
    """Each span's own and what the smaller span that it contains has; the first axis is SPANS."""
    logit, logit_class, of_class, cross = values
    return torch.stack([logit, logit + logit_class, of_class, of_class + cross])


def _basis(rows: Tensor, *, beyond: Tensor | None = None) -> Tensor:
    """Orthonormal basis ``(r, D)`` of the span of ``rows (R, D)``, or of what they add to another.

    All rows count alike, whatever their length. Rows and directions that are rounding, up to
    ``max(R, D) eps`` of the longest row and of a unit row, are none.
    """
    rounding = max(rows.shape) * torch.finfo(rows.dtype).eps
    lengths = rows.norm(dim=1, keepdim=True)
    units = (rows / lengths)[lengths[:, 0] > rounding * lengths.max()]
    if beyond is not None:
        units = orthogonalise(units, beyond)[0]
    _, singular, directions = torch.linalg.svd(units, full_matrices=False)
    return directions[singular > rounding]


def _row_eigenvalues(rows: Tensor) -> Tensor:
    """Eigenvalues, descending, of the sum of the rows' outer products, ``min(R, D)`` of them."""
    values = torch.linalg.eigvalsh(rows @ rows.T).flip(0).clamp_min(0)
    return values[: rows.shape[1]]


def _padded(values: Tensor, size: int) -> Tensor:
    """The first ``size`` along the last axis, and NaN after them."""
    values = values[..., :size]
    return torch.nn.functional.pad(values, (0, size - values.shape[-1]), value=torch.nan)
