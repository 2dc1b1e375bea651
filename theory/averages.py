r"""The model's predictions from its parameters alone: averaged over logits, means and labels.

By symmetry between classes the C-1 outliers share one position ψ(α) (``logit_law``). Fluctuations
of the logits (order ``1/√N``) and of the means and the noise (order ``1/√D``) split them. Given
``p``, the same averages over the means and the noise alone.

Relative corrections are of order ``1/N`` and ``C/D``. Derived in docs/theory/averages.md.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from theory import checks, softmax
from theory.arrays import Array
from theory.averaged import common_splitting
from theory.averaged.gradient_share import ShareLaw, share
from theory.averaged.logit_law import check_separable, common_outlier, logit_law
from theory.bulk import SampleCovariance
from theory.models.isotropic import Isotropic
from theory.models.noise import Noise
from theory.params import Params
from theory.spread import many_outliers, splitting
from theory.spread.splitting import Ordered


def outliers(params: Params, *, p: ArrayLike | None = None) -> Ordered:
    """Ordered eigenvalues of G above its bulk: mean and standard deviation over draws.

    Up to 64 of them are averaged over a fixed set of small matrices, which are to leading order
    those whose eigenvalues they are; more follow the limiting law of such matrices
    (``many_outliers``). Those that would fluctuate into the bulk stick to its edge. Empty below the
    threshold. Without noise there are at most D.

    Parameters
    ----------
    params
        The model.
    p : shape (N, C)
        Softmax outputs to condition on; without them, averaged over the logits.

    Raises
    ------
    InputError
        If there is noise and ``N < 8`` without ``p``, or ``D < C``, where means and noise do not
        separate; if ``p`` is not N softmax outputs of C classes; or if the logits are frozen
        (``logit_law``).

    Examples
    --------
    >>> language = Params(N=10**6, C=50257, D=10**9, sigma_z=2.0, sigma_c=1.0, sigma_E=0.7)
    >>> outliers(language).mean.shape
    (50256,)
    """
    check_separable(params, averaged=p is None)
    if p is None:
        law = logit_law(params)
        root = common_outlier(law)
        if root is None:
            return splitting.NONE
        return _sticking(common_splitting.common(law, root), law.noise)
    Gamma = params.sigma_c**2 * np.eye(params.C)
    model = Isotropic(_given(params, p), Gamma=Gamma, sigma_E=params.sigma_E, D=params.D)
    noise, found = model.noise, model.solution
    b, k = found.u * np.sqrt(np.maximum(found.slope, 0)), len(found.u)
    if k == 0:
        return splitting.NONE
    if k <= splitting.MOST_DRAWN:
        return _sticking(splitting.wishart_around(found.position, b, D=params.D), noise)
    nu = many_outliers.Diagonal(found.position, np.full(k, 1 / k), drawn=False)
    width = float(b.mean())
    return _sticking(many_outliers.ordered(nu, v=0.0, b=width, k=k, D=params.D, common=0.0), noise)


def edges(params: Params) -> Array:
    """The bulk's interval ``(1, 2)``: one, as the law of the logits has no gaps.

    Raises
    ------
    InputError
        If there is no noise, and so no bulk; or if the logits are frozen (``logit_law``).
    """
    if params.sigma_E == 0:
        raise checks.InputError("sigma_E must be greater than 0 for a bulk, got 0")
    law = logit_law(params)
    noise, (atoms, shares) = law.noise, law.spectrum
    ratio = params.N * (params.C - 1) / params.D
    lowest = SampleCovariance(atoms, shares, ratio=ratio).edges()[0, 0]
    return np.array([[noise.s * lowest, noise.map(noise.edge)[0]]])


def participation(params: Params) -> float:
    """``E Σ_k p_k²``; exact but for margin labels."""
    return 1 - logit_law(params).trace_A


def trace(params: Params, *, p: ArrayLike | None = None) -> float:
    """``E Tr G = (σ_c² + σ_E²)(1 - E Y)``; exact but for margin labels."""
    if p is None:
        t = logit_law(params).trace_A
    else:
        t = float(softmax.resolvent_trace_means(_given(params, p), kappa=0.0)[0])
    return (params.sigma_c**2 + params.sigma_E**2) * t


def frobenius(params: Params, *, p: ArrayLike | None = None) -> float:
    r"""``√E‖G‖_F²`` from ``E‖G‖_F² = tr Σ² + (tr Σ² + (tr Σ)²)/D``, Σ the population matrix.

    ``tr Σ = (σ_c² + σ_E²) tr T`` and ``tr Σ² = σ_c⁴ tr T² + (2σ_c²σ_E² + σ_E⁴) tr Q``, with T and
    Q the means of A over the examples and of A²/N. Exact at every size but for margin labels.
    """
    c2, E2, N, D = params.sigma_c**2, params.sigma_E**2, params.N, params.D
    if p is None:
        law = logit_law(params)
        population, t_square = _population_square(params), law.trace_A**2 + law.trace_variance / N
    else:
        outputs = _given(params, p)
        T = softmax.resolvent_mean(outputs, kappa=0.0, groups=np.zeros(N, dtype=np.int64), G=1)[0]
        q = float(softmax.resolvent_trace_means(outputs, kappa=0.0)[1])
        population = c2**2 * float(np.sum(T**2)) + (2 * c2 * E2 + E2**2) * q / N
        t_square = float(np.trace(T) ** 2)
    return math.sqrt(population + (population + (c2 + E2) ** 2 * t_square) / D)


def trace_std(params: Params) -> float:
    """Standard deviation of Tr G over draws: ``2 E tr Σ²/D + (σ_c² + σ_E²)² Var(Σp²)/N``, exact.

    The first term is that of means and noise given the outputs, the second the logits'.
    """
    scale = params.sigma_c**2 + params.sigma_E**2
    of_logits = scale**2 * logit_law(params).trace_variance / params.N
    return math.sqrt(2 * _population_square(params) / params.D + of_logits)


def frobenius_std(params: Params) -> float:
    r"""Standard deviation of ``‖G‖_F`` over draws: ``√Var(‖G‖_F²)/(2 √E‖G‖_F²)``.

    That of means and noise is the Wishart matrix's, exact in ``t_k = tr Σ^k``,

        D³ Var = 4(2D² + 5D + 5) t4 + 16(D + 1) t1 t3 + 4(D + 1) t2² + 8 t2 t1² ;

    the logits' is that of ``t2 + (t2 + t1²)/D``, a sum over examples and pairs of them. Relative
    errors are of order ``1/N``: 5 % at N = 8, C = 5. Derived in docs/theory/fluctuations.md.
    """
    return math.sqrt(_square_variance(params)) / (2 * frobenius(params))


def power(params: Params) -> ShareLaw:
    """Fraction of ‖g‖² on the outliers: its law over logits, means, noise and labels.

    ``averaged.gradient_share`` derives it. Zero below the threshold.

    Raises
    ------
    InputError
        As ``outliers``.
    """
    return share(params)


def _sticking(found: Ordered, noise: Noise) -> Ordered:
    """Eigenvalues that fluctuations would take into the bulk stay at its upper edge."""
    upper = noise.map(noise.edge)[0] if noise.edge else 0.0
    return Ordered(np.maximum(found.mean, upper), found.std)


def _population_square(params: Params) -> float:
    """``E tr Σ²`` over the logits."""
    c2, E2, N, law = params.sigma_c**2, params.sigma_E**2, params.N, logit_law(params)
    q = law.trace_A_square / N
    T_square = (1 - 1 / N) * law.trace_A**2 / (params.C - 1) + q
    return c2**2 * T_square + (2 * c2 * E2 + E2**2) * q


def _square_variance(params: Params) -> float:
    """Variance of ``‖G‖_F²`` over draws."""
    c2, E2, N, D, law = params.sigma_c**2, params.sigma_E**2, params.N, params.D, logit_law(params)
    k = params.C - 1
    atoms, shares = law.spectrum
    first, second = law.trace_A, law.trace_A_square
    third, fourth = (k * float(shares @ atoms**n) for n in (3, 4))
    level, spread = first / k, (second - first**2 / k) / N  # T = level (I - 11ᵀ/C) + δT
    t1 = (c2 + E2) * first
    t2 = _population_square(params)
    t3 = (
        c2**3 * (k * level**3 + 3 * level * spread)
        + 3 * c2**2 * E2 * level * second / N
        + (3 * c2 + E2) * E2**2 * third / N**2
    )
    t4 = (
        c2**4 * (k * level**4 + 6 * level**2 * spread)
        + 4 * c2**3 * E2 * level**2 * second / N
        + c2**2 * E2**2 * (4 * level * third + 2 * second**2 / k) / N**2
        + (4 * c2 + E2) * E2**3 * fourth / N**3
    )
    given = 4 * (2 * D**2 + 5 * D + 5) * t4 + 16 * (D + 1) * t1 * t3
    given += 4 * (D + 1) * t2**2 + 8 * t2 * t1**2
    square, cube = (np.sum(law.p**n, axis=1) for n in (2, 3))
    linear = 2 * c2**2 * level * (1 + 1 / D) * (1 - 1 / N) + 2 * (c2 + E2) ** 2 * first / D
    block = (c2 + E2) ** 2 * (1 + 1 / D) / N
    of_logits = np.var(block * (square - 2 * cube + square**2) - linear * square) / N
    pairs = 2 * (c2**2 * (1 + 1 / D) / N) ** 2 * _pair_variance(law.p, level)
    return given / D**3 + float(of_logits) + pairs


def _pair_variance(p: Array, level: float) -> float:
    """Mean of ``(tr δA δA')²`` over two examples, ``δA = A - level (I - 11ᵀ/C)``."""
    q, k = np.roll(p, 1, axis=0), p.shape[1] - 1
    product, crossed = np.sum(p * q, axis=1), np.sum(p * q * (p + q), axis=1)
    trace = 2 - np.sum(p**2 + q**2, axis=1)
    return float(np.mean((product - crossed + product**2 - level * trace + k * level**2) ** 2))


def _given(params: Params, p: ArrayLike) -> Array:
    outputs = checks.probabilities(p)
    if outputs.shape != (params.N, params.C):
        raise checks.InputError(
            f"p must have shape {(params.N, params.C)} as in params, got {outputs.shape}"
        )
    return outputs
