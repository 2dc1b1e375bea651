r"""The model's predictions from its parameters alone: averaged over logits, means and labels.

By symmetry between classes ``E B = t(κ) (I - 11ᵀ/C)`` with ``t(κ) = E tr B/(C-1)``, so the C-1
outliers share one root α of ``σ_c² t(-s/u) = u`` and one position ψ(α) = z(α). Fluctuations of
the logits (order ``1/√N``) and of the means (order ``1/√D``) split them. ``E tr A = 1 - E Y`` is
exact (``rem.participation``); what it leaves is averaged over a fixed set of random logits.

Given ``p``, the same averages over the means alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from theory import checks, rem, signal, softmax
from theory.noise import Noise
from theory.params import Params
from theory.softmax import Array
from theory.streams import stream


@dataclass(frozen=True)
class Outliers:
    """Mean and standard deviation of each ordered outlier over draws, descending."""

    mean: Array
    std: Array


@dataclass(frozen=True)
class Share:
    """The fraction of ‖g‖² on all outliers: mean and standard deviation over draws."""

    mean: float
    std: float


@dataclass(frozen=True)
class _Logits:
    """Random softmax outputs of the model, at a fixed stream, as a quadrature of their law."""

    params: Params

    @cached_property
    def p(self) -> Array:
        C = self.params.C
        rows = int(np.clip(2**18 // C, 64, 2**14))
        z = self.params.sigma_z * stream(0, "averages", "logits").standard_normal((rows, C))
        if self.params.labels == "margin":
            z[np.arange(rows), self.y] += self.params.margin
        return special.softmax(z, axis=1)

    @cached_property
    def y(self) -> np.ndarray:
        """True class of each row, for the label law that has one before the logits."""
        C = self.params.C
        return np.arange(int(np.clip(2**18 // C, 64, 2**14))) % C

    @cached_property
    def trace_A(self) -> float:
        """``E tr A = 1 - E Y``."""
        if self.params.labels == "margin":
            return float(1 - np.mean(np.sum(self.p**2, axis=1)))
        return float(1 - rem.participation(self.params.sigma_z, C=self.params.C))

    def t(self, kappa: float) -> float:
        """``E tr B/(C-1)``, its leading term exact."""
        at_zero = softmax.resolvent_trace_means(self.p, kappa=0.0)[0]
        here = softmax.resolvent_trace_means(self.p, kappa=kappa)[0]
        return (self.trace_A + here - at_zero) / (self.params.C - 1)

    def noise(self) -> Noise:
        return Noise(p=self.p, sigma_E=self.params.sigma_E, D=self.params.D, N=self.params.N)


def outliers(params: Params, *, p: ArrayLike | None = None) -> Outliers:
    """Ordered eigenvalues of G above its bulk: mean and spread over draws of the model.

    The matrix whose eigenvalues they are is, to leading order, the outlier equation's at Γ = σ_c² I
    with the Wishart fluctuation of D samples and, without ``p``, the Gaussian fluctuation of T over
    N examples; its ordered eigenvalues are averaged over a fixed set of draws, of C-1 dimensions
    each. Empty below the threshold.

    Parameters
    ----------
    params
        The model.
    p : shape (N, C)
        Softmax outputs to condition on; without them, averaged over the logits.
    """
    if p is None:
        logits = _Logits(params)
        root = _common_root(logits)
        if root is None:
            return Outliers(np.empty(0), np.empty(0))
        u, z, slope, transfer = root
        spread = params.sigma_c**2 * transfer * _logit_fluctuations(logits)
        centre = np.full(params.C - 1, z)
        alpha = np.full(params.C - 1, u)
        return _split(centre, alpha, np.full(params.C - 1, slope), params.D, spread)
    outputs = _given(params, p)
    noise = Noise(p=outputs, sigma_E=params.sigma_E, D=params.D, N=params.N)
    c = params.sigma_c * np.eye(params.C)[None]
    found = signal.outliers(noise, c, np.zeros(params.N, dtype=np.int64))
    slope = np.array([noise.map(u)[1] for u in found.u])
    return _split(found.position, found.u, slope, params.D, None)


def edges(params: Params) -> Array:
    """The bulk's interval ``(1, 2)``: one, as the law of the logits has no gaps."""
    support = _Logits(params).noise().law.edges()
    return np.array([[support[0, 0], support[-1, 1]]])


def participation(params: Params) -> float:
    """``E Σ_k p_k²``; exact but for ``margin`` labels."""
    return 1 - _Logits(params).trace_A


def trace(params: Params, *, p: ArrayLike | None = None) -> float:
    """``E Tr G = (σ_c² + σ_E²)(1 - E Y)``, exact."""
    t = _Logits(params).trace_A if p is None else _mean_trace(_given(params, p))
    return (params.sigma_c**2 + params.sigma_E**2) * t


def frobenius(params: Params, *, p: ArrayLike | None = None) -> float:
    r"""``√E‖G‖_F²`` from ``E‖G‖_F² = tr Σ² + (tr Σ² + (tr Σ)²)/D``, Σ the population matrix.

    ``tr Σ = (σ_c² + σ_E²) tr T`` and ``tr Σ² = σ_c⁴ tr T² + (2σ_c²σ_E² + σ_E⁴) tr Q``, with T and
    Q the means of A over the examples and of A²/N.
    """
    c2, E2, N, D = params.sigma_c**2, params.sigma_E**2, params.N, params.D
    if p is None:
        logits = _Logits(params)
        t, C = logits.trace_A, params.C
        first, q = logits.p, softmax.resolvent_trace_means(logits.p, kappa=0.0)[1]
        per_row = 1 - np.sum(first**2, axis=1)
        T_square = (1 - 1 / N) * t**2 / (C - 1) + q / N
        t_square = t**2 + np.var(per_row) / N
    else:
        outputs = _given(params, p)
        T = softmax.resolvent_mean(outputs, kappa=0.0, groups=np.zeros(N, dtype=np.int64), G=1)[0]
        q = softmax.resolvent_trace_means(outputs, kappa=0.0)[1]
        T_square, t_square = np.sum(T**2), np.trace(T) ** 2
    Sigma_square = c2**2 * T_square + (2 * c2 * E2 + E2**2) * q / N
    return float(np.sqrt(Sigma_square + (Sigma_square + (c2 + E2) ** 2 * t_square) / D))


def power(params: Params) -> Share:
    r"""Fraction of ‖g‖² on the outliers, averaged over logits, means and labels.

    ``v = Σ_μ (I + κA_μ)⁻¹ r_μ`` is Gaussian with C-1 equal variances N V(κ)/(C-1), so that with
    ``x ~ χ²_{C-1}/(C-1)`` the share is

        σ_c² (z'/(1-λ')) V(-s/α) x / [σ_E² E|r|² + σ_c² V(0) x],

    and V depends on the labels: ``balanced`` ones leave only the fluctuation of the outputs.
    Corrections: 1/N from the finite population of balanced labels, 1/√D from the means.
    """
    logits = _Logits(params)
    root = _common_root(logits)
    if root is None:
        return Share(0.0, 0.0)
    u, _, _, transfer = root
    quantiles = (np.arange(4096) + 0.5) / 4096
    x = stats.chi2(params.C - 1).ppf(quantiles) / (params.C - 1)
    signal_part = params.sigma_c**2 * x
    total = params.sigma_E**2 * _residual_square(logits) + signal_part * _label_variance(logits, 0)
    kappa = -logits.noise().s / u
    share = transfer * signal_part * _label_variance(logits, kappa) / total
    return Share(float(share.mean()), float(share.std()))


def _given(params: Params, p: ArrayLike) -> Array:
    outputs = checks.probabilities(p)
    if outputs.shape != (params.N, params.C):
        raise checks.InputError(
            f"p must have shape {(params.N, params.C)} as in params, got {outputs.shape}"
        )
    return outputs


def _mean_trace(p: Array) -> float:
    return float(softmax.resolvent_trace_means(p, kappa=0.0)[0])


def _common_root(logits: _Logits) -> tuple[float, float, float, float] | None:
    """``(α, ψ, ψ', ψ'/(1-λ'))`` of the C-1 equal outliers, or None below the threshold."""
    params, noise = logits.params, logits.noise()
    strength = params.sigma_c**2

    def gap(u: float) -> float:
        return strength * logits.t(-noise.s / u if u else 0.0) - u

    lowest = noise.edge
    if strength == 0 or gap(lowest) <= 0:
        return None
    highest = strength * logits.t(-noise.s / lowest if lowest else 0.0)
    bracket = (lowest, highest)
    found = optimize.root_scalar(gap, bracket=bracket, xtol=1e-15 * highest, rtol=1e-14)
    u = float(found.root)
    z, slope, _ = noise.map(u)
    kappa = -noise.s / u
    second = softmax.resolvent_trace_means(noise.p, kappa=kappa)[1] / (params.C - 1)
    return u, z, slope, slope / (1 + strength * second * noise.s / u**2)


def _ensemble_size(k: int) -> int:
    return int(np.clip(2**17 // k**2, 64, 4096))


def _logit_fluctuations(logits: _Logits) -> Array:
    """Draws of ``T - E T`` over N examples on the C-1 dimensions, Gaussian, ``(draws, k, k)``."""
    C = logits.params.C
    p = logits.p[:2048]
    draws = _ensemble_size(C - 1)
    xi = stream(0, "averages", "examples").standard_normal((draws, len(p)))
    xi /= np.sqrt(len(p) * logits.params.N)
    xi -= xi.mean(axis=1, keepdims=True)
    frame = np.linalg.qr(np.column_stack([np.ones(C), np.eye(C)[:, :-1]]))[0][:, 1:]
    rotated = p @ frame
    k = C - 1
    outer = np.einsum("mi,mj->mij", rotated, rotated).reshape(len(p), k * k)
    diagonal = np.einsum("ki,dk,kj->dij", frame, xi @ p, frame, optimize=True)
    return diagonal - (xi @ outer).reshape(draws, k, k)


def _split(centre: Array, alpha: Array, slope: Array, D: int, spread: Array | None) -> Outliers:
    """Ordered eigenvalues of ``diag(ψ) + spread + √(ψ'α) (W - I) √(ψ'α)``, W Wishart of D.

    W - I has the variances (1 off, 2 on the diagonal)/D of the spiked model's fluctuation
    (Bai and Yao 2008, for equal spikes) and its skew where the noise is weak.
    """
    k = len(centre)
    if k == 0:
        return Outliers(centre, centre)
    W = _wishart(k, D, draws=_ensemble_size(k)) - np.eye(k)
    root = slope**0.25 * np.sqrt(alpha)
    matrices = np.diag(centre) + root[:, None] * W * root
    if spread is not None:
        matrices += spread
    values = np.linalg.eigvalsh(matrices)[:, ::-1]
    return Outliers(values.mean(axis=0), values.std(axis=0))


def _wishart(k: int, D: int, *, draws: int) -> Array:
    """Draws of ``X Xᵀ/D``, X (k, D) standard Gaussian, by Bartlett's factor, ``(draws, k, k)``."""
    rng = stream(0, "averages", "means")
    L = np.tril(rng.standard_normal((draws, k, k)), -1)
    freedom = np.maximum(D - np.arange(k), 0)
    L[:, np.arange(k), np.arange(k)] = np.sqrt(2 * rng.standard_gamma(freedom / 2, (draws, k)))
    L[:, :, min(D, k) :] = 0
    return L @ L.transpose(0, 2, 1) / D


def _residual_square(logits: _Logits) -> float:
    """``E|r|²`` of one example."""
    C, labels = logits.params.C, logits.params.labels
    if labels == "calibrated":
        return logits.trace_A
    Y = 1 - logits.trace_A
    if labels == "margin":
        true = logits.p[np.arange(len(logits.p)), logits.y]
        return float(Y + 1 - 2 * true.mean())
    return Y + 1 - 2 / C


def _label_variance(logits: _Logits, kappa: float) -> float:
    """``V(κ)``: variance of one example's part of v, summed over the C-1 dimensions."""
    p, C, labels = logits.p, logits.params.C, logits.params.labels
    B1, B2, _ = softmax.resolvent_trace_means(p, kappa=kappa)
    if labels == "calibrated":
        return B1 - kappa * B2
    d = p / (1 + kappa * p)
    eta = d.sum(axis=1, keepdims=True)
    if labels == "margin":
        r = p.copy()
        r[np.arange(len(p)), logits.y] -= 1
        Rr = r - kappa * d * (r - np.sum(d * r, axis=1, keepdims=True) / eta)
        return float(np.mean(np.sum(Rr**2, axis=1)))
    Rp = p - kappa * d * (p - np.sum(d * p, axis=1, keepdims=True) / eta)
    outputs = float(np.mean(np.sum(Rp**2, axis=1))) - 1 / C
    R_square = C - 2 * kappa * B1 + kappa**2 * B2 - 1
    if labels == "balanced":
        R_square -= (C - 1) * (1 - kappa * B1 / (C - 1)) ** 2
    return outputs + R_square / C
