"""How far from free G and K are: whether their eigenvectors lie at random to each other."""

from __future__ import annotations

import math

from torch import Tensor

from empirical.operators.operator import Operator
from empirical.operators.probes import Estimated
from empirical.operators.traces import frobenius, trace
from theory import checks
from theory.checks import InputError


def freeness(
    G: Operator, K: Operator, *, sketch: int = 10, probes: int = 20, seed: int = 0
) -> Estimated:
    r"""``φ = τ(g k g k)/(τ(g²) τ(k²))`` with ``τ = tr/D``, ``g = G - τ(G)`` and ``k = K - τ(K)``.

    0 for free G and K (Voiculescu 1991), of which the law of H is the free additive convolution
    (``theory.free_addition``), up to ``O(1/D)``; 1 if they commute and their eigenvalues are
    independent. Derived in docs/theory/addition.md. Takes ``8 sketch + 4 probes`` products with
    each of G and K.

    Parameters
    ----------
    G, K
        Of one dimension, type and device, as the terms of a ``Curvature``.
    sketch, probes, seed
        As for ``traces.trace``.

    Returns
    -------
    Estimated
        NaN where G or K is a multiple of the identity.

    Raises
    ------
    InputError
        If G or K is no operator, or they are of different dimensions.
    """
    for name, term in (("G", G), ("K", K)):
        checks.instance(name, term, Operator)
    if K.shape != G.shape:
        raise InputError(f"K must have the dimension of G, {G.D}, got {K.D}")
    terms, D = (G, K), G.D
    how = {"sketch": min(sketch, D), "probes": probes, "seed": seed}
    means = [trace(term, **how).value / D for term in terms]
    norms = [frobenius(term, **how) for term in terms]
    squares = [norm.value**2 - D * mean**2 for norm, mean in zip(norms, means, strict=True)]
    if not min(squares) > 0:
        return Estimated(math.nan, 0.0)

    def alternating(vectors: Tensor) -> Tensor:
        for term, mean in zip(terms * 2, means * 2, strict=True):
            vectors = term(vectors) - mean * vectors
        return vectors

    moment = trace(Operator(alternating, D, G.dtype, G.device), **how)
    scale = D / (squares[0] * squares[1])
    relative = [
        2 * norm.value * norm.error / square for norm, square in zip(norms, squares, strict=True)
    ]
    value = scale * moment.value
    return Estimated(value, math.hypot(scale * moment.error, value * math.hypot(*relative)))
