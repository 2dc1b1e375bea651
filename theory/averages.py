r"""The model's predictions from its parameters alone: averaged over logits, means and labels.

One-line ways into ``theory.averaged.Averaged``, which solves each equation once. By symmetry
between classes the outliers share one position, or with true-class means two
(``averaged.families``). Fluctuations of the logits (order ``1/√N``) and of the means and the noise
(order ``1/√D``) split them. Given ``p``, the same averages over the means and the noise alone, at
level FG.

Relative corrections are of order ``1/N`` and ``C/D``. Derived in docs/theory/averages.md and
docs/theory/parameters.md.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from theory.arrays import Array
from theory.averaged.given_outputs import GivenOutputs
from theory.averaged.gradient_share import ShareLaw
from theory.averaged.model import averaged
from theory.params import Params
from theory.spread.splitting import Ordered


def outliers(params: Params, *, p: ArrayLike | None = None) -> Ordered:
    """Ordered eigenvalues of G, or H, above the bulk: mean and standard deviation over draws.

    Up to 64 of them (400 with true-class means) are averaged over a fixed set of small matrices,
    which are to leading order those whose eigenvalues they are; more follow the limiting law of
    such matrices (``many_outliers``). Where they reach the bulk's edge they are drawn with it
    (``averaged.transition``, ``spread.outliers_at_edge`` given ``p``); those of two families stick
    to it. Empty below the threshold. Without noise there are at most D.

    Parameters
    ----------
    params
        The model.
    p : shape (N, C)
        Softmax outputs to condition on; without them, averaged over the logits.

    Raises
    ------
    InputError
        If there is noise and fewer than 8 undecided examples without ``p``, or ``D < C``, where
        means and noise do not separate (``D < 2 (C-1)`` where outliers reach the bulk); if ``p`` is
        not N softmax outputs of C classes, or comes with a model beyond level FG; if the means
        follow labels that depend on the outputs; or if the logits are frozen (``logit_law``).

    Examples
    --------
    >>> language = Params(N=10**6, C=50257, D=10**9, sigma_z=2.0, sigma_c=1.0, sigma_E=0.7)
    >>> outliers(language).mean.shape
    (50256,)
    """
    return averaged(params).outliers if p is None else GivenOutputs(params, p).outliers


def edges(params: Params) -> Array:
    """The bulk's interval ``(1, 2)``: one, as the law of the logits has no gaps.

    With noise of a power law it may have gaps, which are not resolved.

    Raises
    ------
    InputError
        If there is neither noise nor curvature, and so no bulk; or if the logits are frozen
        (``logit_law``).
    """
    return averaged(params).edges


def participation(params: Params) -> float:
    """``E Σ_k p_k²``; exact but for margin labels."""
    return averaged(params).participation


def trace(params: Params, *, p: ArrayLike | None = None) -> float:
    """``E Tr H = (σ_c² + σ_y² + (1-ρ)σ_E²)(1 - E Y)``; exact but for margin labels."""
    return averaged(params).trace if p is None else GivenOutputs(params, p).trace


def frobenius(params: Params, *, p: ArrayLike | None = None) -> float:
    """``√E‖H‖_F²`` (``averaged.moments``); exact at every size but for margin labels."""
    return averaged(params).frobenius if p is None else GivenOutputs(params, p).frobenius


def trace_std(params: Params) -> float:
    """Standard deviation of Tr H over draws (``averaged.moments``); exact."""
    return averaged(params).trace_std


def frobenius_std(params: Params) -> float:
    """Standard deviation of ``‖G‖_F`` over draws, at level FG (``averaged.moments``).

    Relative errors are of order ``1/N`` and ``1/D``: 5 % at N = 8, C = 5.

    Raises
    ------
    InputError
        If the model is beyond level FG.
    """
    return averaged(params).frobenius_std


def power(params: Params) -> ShareLaw:
    """Fraction of ‖g‖² on the outliers: its law over logits, means, noise and labels.

    ``averaged.gradient_share`` derives it at level FG, ``averaged.class_gradient`` beyond. Zero
    below the threshold.

    Raises
    ------
    InputError
        As ``outliers``.
    """
    return averaged(params).power
