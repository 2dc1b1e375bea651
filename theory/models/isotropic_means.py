r"""G or H given the softmax outputs, with means of no preferred direction over any noise.

The noise has a covariance T across weights, the means have Gram matrix Γ and directions that know
nothing of T. Then ``c (ω - aT)⁻¹ cᵀ`` concentrates at ``Γ ⟨1/(ω - at)⟩ = Γ/u``, and no mean vector
is needed: outliers solve ``λ_j(S) = u`` with ``S = cᵀ T_A(κ) c``, along the curve of
``spectral_map``. With ``T ∝ I`` this is ``hessian`` and ``curvature``. Relative errors are of order
``1/√D`` in one draw and ``rank Γ tr T²/(tr T)²`` in the mean. Derived in docs/theory/parameters.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks, softmax
from theory.arrays import Array
from theory.bulk import power_law
from theory.bulk.compression import MAX_ATOMS, compressed
from theory.models import class_means, power
from theory.models.means import RANK_TOLERANCE, Means
from theory.models.outlier_equation import interpolant
from theory.models.outlier_root import Root, root
from theory.models.power import Power
from theory.models.spectral_map import SpectralMap
from theory.params import Params
from theory.spread import splitting
from theory.spread.splitting import Ordered

FROZEN = 1e-100  # outputs below this count as zero
LIGHTEST = 1e-15  # population eigenvalues below this share of the largest count as zero


@dataclass(frozen=True, eq=False)
class IsotropicMeans:
    """The model given its outputs, each equation solved once.

    Attributes
    ----------
    p : shape (N, C)
        Softmax outputs.
    means
        A factor of Γ, and the group of each example.
    curve
        The spectral map of noise and curvature.
    """

    p: Array
    means: Means
    curve: SpectralMap

    @cached_property
    def outliers(self) -> Array:
        """Eigenvalues above the bulk, descending."""
        return np.array([root.point.z for root in self.roots])

    @cached_property
    def ordered(self) -> Ordered:
        """Ordered outliers over means and noise: mean and standard deviation.

        Those that would fluctuate into the bulk stick to its edge.
        """
        if not self.roots:
            return splitting.NONE
        b = self._widths
        D = round(self.curve.D)
        if len(b) <= splitting.MOST_MATRIX:
            found = splitting.wishart_around(self.outliers, b, D=D)
        else:
            found = Ordered(self.outliers, b * math.sqrt(2 / D))
        return Ordered(np.maximum(found.mean, self.curve.upper_edge()), found.std)

    @cached_property
    def edges(self) -> Array:
        """Lowest and highest edge of the bulk (off zero without curvature), shape (1, 2).

        Gaps are not resolved.

        Raises
        ------
        InputError
            If there is neither noise nor curvature, and so no bulk.
        """
        return self.curve.interval(*self._population)

    @cached_property
    def trace(self) -> float:
        """``E Tr H`` over means, noise and curvature; exact at every size."""
        signal, t = self._resolvent(0.0)
        return float(signal.trace()) + self.curve.variance * t

    @cached_property
    def frobenius(self) -> float:
        r"""``√E‖H‖_F²`` over Gaussian means, noise and curvature; exact at every size.

        With M the means' and ``Ā = σ_E² A/N`` the noise's mean covariance of the rows, D_eff the
        noise's effective dimension and ``P = M + Ā``,

            tr P² + [tr P² + (tr P)² + (D/D_eff - 1)(tr Ā² + (tr Ā)²)]/D + (D + 1) σ_W² .
        """
        curve, N = self.curve, len(self.p)
        (signal, t), (mixed, q) = self._resolvent(0.0), self.means.square(self.p)
        noise = curve.variance**2 * q / N
        square = float(np.sum(signal**2)) + 2 * curve.variance * float(mixed.trace()) / N + noise
        noise_total = curve.variance * t
        total = float(signal.trace()) + noise_total
        uneven = curve.unevenness * (noise + noise_total**2)
        of_weights = square + total**2 + uneven
        return math.sqrt(square + of_weights / curve.D + (curve.D + 1) * curve.sigma_W**2)

    def power(self, r: ArrayLike) -> Power:
        """Fraction of ``‖g‖²`` on each outlier and on the bulk, for residuals ``r (N, C)``.

        ``z'/(u' - λ_j') (e_jᵀ cᵀ v)²/(N²‖g‖²)`` and the noise's own part along it
        (``theory.models.power``); its deviations are those over means and noise.

        Raises
        ------
        InputError
            If r is no residuals of p, or the gradient is zero.
        """
        r = checks.residuals(r, shape=self.p.shape)
        start = self.means.pull(self.p, r, kappa=0.0)
        square = float(np.sum(r * r))
        total = self.curve.variance * square + float(start @ start)
        if total == 0:
            raise checks.InputError("r must give a gradient, got a gradient of zero")
        pulls = [
            root.vector @ self.means.pull(self.p, r, kappa=root.point.kappa) for root in self.roots
        ]
        kept = np.array([root.transfer for root in self.roots])
        along_noise = [
            self.curve.along_noise(root.point, transfer=root.transfer) for root in self.roots
        ]
        pulled = [
            softmax.resolvent_square_sum(self.p, r, kappa=root.point.kappa) / square
            for root in self.roots
        ]
        return power.joined(
            self.outliers,
            np.outer(self._widths, self._widths) / self.curve.D,
            np.sqrt(kept / total) * np.array(pulls),
            np.array(along_noise),
            np.array(pulled),
            noisy=self.curve.variance * square / total,
            dimension=self.curve.D / (1 + self.curve.unevenness),
            norm=total**0.5 / len(self.p),
        )

    @cached_property
    def roots(self) -> tuple[Root, ...]:
        """The outliers, descending: ``λ_j(S(w)) = u(w)`` beyond the bulk's w."""
        curve, rank = self.curve, self.means.rank
        if rank == 0:
            return ()
        at_edge, _ = self._resolvent(-curve.s / curve.edge if curve.edge else 0.0)
        values = np.linalg.eigvalsh(at_edge)[::-1]
        least = curve.at(curve.edge).u if curve.edge else 0.0
        count = int((values > max(least, RANK_TOLERANCE * values[0])).sum())
        if count == 0:
            return ()
        if curve.s == 0:
            values, vectors = np.linalg.eigh(at_edge)
            return tuple(
                Root(curve.at(float(values[-1 - j])), vectors[:, -1 - j], 0.0) for j in range(count)
            )
        far = max(float(values[0]), 2 * curve.edge)

        series = interpolant(lambda w: self._resolvent(-curve.s / w), curve.top, curve.edge, far)

        def traces(kappa: float) -> tuple[float, float]:
            w = -curve.s / kappa
            *_, trace, slope = series(np.array([w]))
            return float(trace[0]), float(-slope[0] * w**2 / curve.s)

        smooth = replace(curve, traces=traces)

        def matrices(w: float) -> tuple[Array, Array]:
            value, slope, *_ = series(np.array([w]))
            return value.reshape(rank, rank), slope.reshape(rank, rank)

        return tuple(
            root(j, matrices, smooth, low=curve.edge, high=far, start=float(values[j]))
            for j in range(count)
        )

    @cached_property
    def _widths(self) -> Array:
        return np.array([self.curve.width(root.point, slope=root.slope) for root in self.roots])

    @property
    def _population(self) -> tuple[Array, Array]:
        """Atoms and numbers of the positive eigenvalues of all ``A_μ/N``."""
        atoms = np.sort(softmax.eigenvalues(self.p), axis=None) / len(self.p)
        atoms = atoms[atoms > LIGHTEST * atoms[-1]]
        if atoms.size <= MAX_ATOMS:
            return atoms, np.ones(atoms.size)
        nodes, weights = compressed(atoms, MAX_ATOMS // 2)
        return nodes, weights * atoms.size

    def _resolvent(self, kappa: float) -> tuple[Array, float]:
        """``S = cᵀ T_A(κ) c`` and ``(1/N) Σ_μ tr B_μ``."""
        S, trace = self.means.resolvent(self.p, kappa=kappa)
        return S, float(trace.real)


def given(params: Params, *, p: ArrayLike, r: ArrayLike, y: ArrayLike) -> IsotropicMeans:
    """The model of ``params`` given the outputs, residuals and labels of its N examples.

    Parameters
    ----------
    params
        The model; its means enter by their covariance.
    p, r : shape (N, C)
        Softmax outputs, and residuals ``p - onehot(y)``, which set the curvature's scale.
    y : shape (N,)
        Class of each example.

    Raises
    ------
    InputError
        If an array is not what it should be of N examples and C classes.

    Examples
    --------
    >>> params = Params(N=300, C=10, D=1000, sigma_z=0, sigma_c=1, sigma_E=0.7, T_exponent=0.5)
    >>> p, y = np.full((300, 10), 0.1), np.arange(300) % 10
    >>> given(params, p=p, r=p - np.eye(10)[y], y=y).outliers[[0, -1]].round(4)
    array([0.1006, 0.1006])
    """
    seen = params.as_seen_by_G
    outputs = checks.probabilities(p)
    outputs = np.where(outputs < FROZEN, 0.0, outputs)
    if outputs.shape != (params.N, params.C):
        raise checks.InputError(
            f"p must have shape {(params.N, params.C)} as in params, got {outputs.shape}"
        )
    residuals = checks.residuals(r, shape=outputs.shape)
    classes = checks.classes("y", y, N=params.N, C=params.C)
    T = power_law.eigenspaces(params.D, exponent=params.T_exponent, trace=seen.sigma_E**2)

    def traces(kappa: float) -> tuple[float, float]:
        first, second, _ = softmax.resolvent_trace_means(outputs, kappa=kappa)
        return float(first), float(second)

    curve = SpectralMap(
        traces=traces,
        largest=softmax.largest_eigenvalue(outputs),
        N=params.N,
        T=T,
        sigma_W=params.sigma_H * math.sqrt(float(np.sum(residuals**2)) / params.N),
    )
    groups = classes if params.sigma_y > 0 else np.zeros(params.N, dtype=np.int64)
    return IsotropicMeans(outputs, Means(class_means.factor(params), groups), curve)
