"""What the closed forms over random logits cover: refusals in one line, before any work."""

from __future__ import annotations

from theory import checks
from theory.params import Params

INDEPENDENT = ("uniform", "balanced")


def require_FG(params: Params, *, by: str) -> None:
    """Refuse a model beyond level FG.

    Raises
    ------
    InputError
        If a parameter that level FG has at zero is not.
    """
    for name, value in params.beyond_FG.items():
        raise checks.InputError(f"{name} must be 0 for {by} (level FG alone), got {value:g}")


def require_independent_labels(params: Params) -> None:
    """Refuse true-class means where labels depend on the outputs.

    The blocks of a class are then no multiple of ``I - 11ᵀ/C``, and no closed form is averaged
    over the logits.

    Raises
    ------
    InputError
        If sigma_y is above zero and the labels are neither ``uniform`` nor ``balanced``.
    """
    if params.sigma_y > 0 and params.labels not in INDEPENDENT:
        raise checks.InputError(
            f"sigma_y must be 0 with {params.labels!r} labels unless the outputs are given "
            f"(--seed) or labels is one of {', '.join(INDEPENDENT)}, got {params.sigma_y:g}"
        )


def require_a_bulk(params: Params) -> None:
    """Refuse outliers that reach a bulk of fewer eigenvalues than they are themselves.

    Raises
    ------
    InputError
        If ``D < 2 (C-1)``.
    """
    if params.D < 2 * (params.C - 1):
        raise checks.InputError(
            f"D must be at least 2 (C-1) = {2 * (params.C - 1)} where outliers reach the bulk's "
            f"edge, got D={params.D}"
        )
