r"""G with anisotropic noise ``E_μ = K_C^{1/2} Z_μ T^{1/2}``, logits × weights, given the outputs.

With ``e``, ``ẽ`` the scalars of the noise (``theory.bulk.separable_covariance``), ``a = -zẽ`` and
``T_A(e) = (1/N) Uᵀ A (I + (e/N) K_C A)⁻¹ U``, the resolvent of G has the equivalent

    Q(z) = [a T - z + cᵀ T_A(e) c]⁻¹ .

Means may be linear in features of the outputs, ``J_{μk} = Σ_a φ_{μa} c_{ka} + E_{μk}``: then
``T_A = (1/N) Σ φ_μ φ_μᵀ ⊗ A_μ (I + (e/N) K_C A_μ)⁻¹``, of which U is the case ``φ_μ = e_y``.

The poles of Q above the bulk are the outliers, counted by the whole of Q. Where T has few large
eigenvalues and means lie along them, the outliers take these directions out of the bulk; so, for
means along up to 2000 of T's eigenvectors, the scalars are those of T off the span of the means, if
the means raise more of it than T alone would. With ``K_C = I`` and ``T ∝ I`` it is the isotropic
model. Derived in docs/theory/levels.md.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.bulk.separable_covariance import SeparableLaw
from theory.models import by_rank, power
from theory.models.power import Power
from theory.models.separable import moments, outliers
from theory.models.separable.examples import Examples, between
from theory.models.separable.outliers import Solved
from theory.models.separable.weights import Weights
from theory.spread import splitting
from theory.spread.splitting import Ordered

GRID = 80  # points on the bulk, between which its eigenvalues are interpolated by rank
LOWEST = 1e-6  # of the upper edge: where that grid starts


class Separable:
    """G with fixed means and noise of covariance ``K_C ⊗ T``: checked, each equation solved once.

    Relative errors are of order ``crowding``, ``R tr T²/(tr T)²`` for R means.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    means : shape (C, D), or (C², D) with groups
        Mean logit gradients along the eigenvectors of T; none by default. With F features as many
        for each: that of group y, feature a and logit k at ``(y·F + a)·C + k``.
    sigma_E
        RMS length of the noise of one logit gradient, above 0.
    T : shape (D,)
        Eigenvalues of the weight covariance of the noise, of any scale: taken to sum to sigma_E².
    K_C : shape (C, C)
        Covariance of the noise across logits, of any scale: taken to have trace C; the identity by
        default.
    groups : shape (N,)
        Class of each example, for the cluster level.
    features : shape (N, F)
        What the means are linear in, within each group; by default the one feature 1.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        By an attribute, if a root search misses its tolerance.

    Examples
    --------
    >>> p = np.full((60, 3), 1 / 3)
    >>> T = np.arange(1, 301) ** -0.5
    >>> model = Separable(p, means=np.eye(3, 300), sigma_E=1.0, T=T)  # along the first of T
    >>> model.outliers.round(4)
    array([0.3568, 0.3517])
    >>> features = np.linspace([1, -1], [1, 1], 60)  # half of the means move with the example
    >>> model = Separable(p, means=np.eye(6, 300), features=features, sigma_E=1.0, T=T)
    >>> model.outliers[:4].round(4)
    array([0.3562, 0.3512, 0.1296, 0.1286])
    """

    def __init__(
        self,
        p: ArrayLike,
        *,
        means: ArrayLike | None = None,
        sigma_E: float,
        T: ArrayLike,
        K_C: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        features: ArrayLike | None = None,
    ) -> None:
        self.examples = Examples.checked(p, K_C, groups, features)
        length = checks.real("sigma_E", sigma_E, low=0, strict=True)
        self.weights = Weights.checked(means, T, sigma_E=length, R=self.examples.R)

    @property
    def p(self) -> Array:
        """Softmax outputs, shape (N, C)."""
        return self.examples.p

    @property
    def D(self) -> int:
        """Number of weights."""
        return self.weights.D

    @property
    def crowding(self) -> float:
        """``R tr T²/(tr T)²``: how crowded the noise's directions are by R means.

        The relative order of all errors but those of ``trace`` and ``frobenius``, which are exact;
        docs/theory/levels.md has what was found by sampling.
        """
        T = self.weights
        return len(T.span) * T.variance_square / T.variance**2

    @cached_property
    def law(self) -> SeparableLaw:
        """The law of what the means leave in the bulk; without means, of the noise alone."""
        return outliers.bulk(self.examples, self.weights)

    @cached_property
    def solution(self) -> Solved:
        """Roots of the outlier equation, and what else is known at them."""
        return outliers.solve(self.examples, self.weights, self.law)

    @property
    def outliers(self) -> Array:
        """Eigenvalues above the bulk, descending, shape (k,).

        Poles of Q above the upper edge, by a Schur complement on the span of the means.
        """
        return self.solution.position

    @property
    def overlaps(self) -> Array:
        """Squared length of each outlier's unit eigenvector inside the span of the means, (k,).

        That of its equivalent, and of the rest, which is of no fixed direction and of variance
        ``t/(z - at)²`` along the eigenvectors of T.
        """
        return self.solution.overlap

    @cached_property
    def edges(self) -> Array:
        """Lowest and highest edge of the bulk above zero, shape (1, 2); gaps are not resolved."""
        return np.array([[self.law.lower_edge(), self.law.upper_edge()]])

    def density(self, x: ArrayLike) -> Array:
        """Density of the bulk at x, normalised to its share of the D eigenvalues.

        Raises
        ------
        ConvergenceError
            If the equations are not solved at a point.
        """
        points = checks.array("x", np.ravel(x), ndim=1)
        return (self.law.counts(points) / self.D).reshape(np.shape(x))

    @cached_property
    def spread(self) -> Ordered:
        r"""Ordered outliers of one draw: mean and standard deviation over the noise, (k,) each.

        With w the eigenvector's equivalent and ``v = -1/e``,

            Var = 2z (2βτ + β²Θ + τ²Π)/(1 - ΘΠ),
            τ = wᵀTw,    β = -(v²/z) wᵀ cᵀ (dT_A/dv) c w,
            Θ = z Σ t²/(z - at)²,    Π = -(v²/z) da/dv ,

        and half of it off the diagonal, where near outliers mix: ``√(Var_i Var_j)/2``. Derived in
        docs/theory/fluctuations.md.
        """
        return splitting.around(self.outliers, self._variance)

    @cached_property
    def _variance(self) -> Array:
        """Variance of the outliers' fluctuation off the diagonal, (k, k)."""
        found = self.solution
        law, z, v = self.law, found.position, found.v
        a, a_slope = law.a(v)
        Theta = z * ((law.t / (z[:, None] - a[:, None] * law.t)) ** 2 @ law.t_count)
        Pi = -(v**2) / z * a_slope
        tau, beta = found.weight_variance, found.example_variance
        variance = 2 * z * (2 * beta * tau + beta**2 * Theta + tau**2 * Pi) / (1 - Theta * Pi)
        root = np.sqrt(variance)
        return np.outer(root, root) / 2

    def power(self, r: ArrayLike) -> Power:
        r"""Fraction of ``‖g‖²`` on each outlier and on the bulk.

        ``gᵀ(G - z)⁻¹ g ≃ (1/N²) [e rᵀ K_C (I + (e/N) A K_C)⁻¹ r + vᵀ c Q cᵀ v]`` with
        ``v = Uᵀ (I + (e/N) A K_C)⁻¹ r``, and ``N² E‖g‖² = σ_E² Σ rᵀ K_C r + ‖cᵀ Uᵀ r‖²``: its
        residue at each outlier, and ``wᵀTw Σ xᵀK_Cx`` of the noise's own gradient, w the outlier's
        eigenvector and ``x = (I + (e/N) A K_C)⁻¹ r`` (``theory.models.power``).

        Parameters
        ----------
        r : shape (N, C)
            Residuals ``p - onehot(y)``.

        Raises
        ------
        InputError
            If r is no array of residuals, or the gradient is zero.
        """
        residual = checks.residuals(r, shape=self.p.shape)
        found, total = self.solution, self._gradient_square(residual)
        T, square = self.weights, self.examples.pulled_square(residual, np.inf)
        amplitude = np.array(
            [
                residue @ self.examples.pulled(residual, float(v))[0] / math.sqrt(total)
                for residue, v in zip(found.residue, found.v, strict=True)
            ]
        )
        pulled = [self.examples.pulled_square(residual, float(v)) / square for v in found.v]
        return power.joined(
            self.outliers,
            self._variance,
            amplitude,
            found.noise / T.variance,
            np.array(pulled),
            noisy=T.variance * square / total,
            dimension=T.variance**2 / T.variance_square,
            norm=math.sqrt(total) / len(self.p),
        )

    def power_density(self, x: ArrayLike, r: ArrayLike) -> Array:
        """Density of the squared gradient over the bulk, as a fraction of ``‖g‖²``; zero off it.

        Its integral is ``power(r).bulk`` to order ``R tr T²/(tr T)²``.

        Parameters
        ----------
        x : any shape
            Eigenvalues at which to evaluate.
        r : shape (N, C)
            Residuals.
        """
        residual = checks.residuals(r, shape=self.p.shape)
        points = checks.array("x", np.ravel(x), ndim=1)
        along = self.weights.along
        out = np.zeros(points.size)
        for k, v in enumerate(self.law.v(points)):
            if np.isnan(v):
                continue
            T_A, a = self.examples.T_A(complex(v))
            pull, noisy = self.examples.pulled(residual, complex(v))
            F, _ = self.weights.schur(between(along, T_A), a, points[k])
            signal = (pull @ along) @ np.linalg.solve(F, pull @ along)
            out[k] = (-noisy / v + signal).imag / np.pi
        out *= self.power(residual).kept / self._gradient_square(residual)
        return out.reshape(np.shape(x))

    @cached_property
    def eigenvalues(self) -> Array:
        r"""Eigenvalues, descending, above 1e-6 of the bulk's upper edge.

        Outliers, then the bulk by its quantiles (``theory.models.by_rank``), which is that of noise
        whose covariance is what the outliers leave of ``T + cᵀ (T_A/a) c``, at the edge: means too
        short for an outlier add to the bulk. The k outliers take k of the rows as well. Relative
        errors by rank are of order ``R tr T²/(tr T)²`` and k over the rank of G.
        """
        c, law, k = self.weights.means, self.law, len(self.outliers)
        rows = law.b_count.sum()
        if k >= min(rows, self.D):
            return self.outliers
        T_A, a = self.examples.T_A(law.edge)
        raised = np.diag(self.weights.T) + between(c, T_A) / a.real
        left = np.linalg.eigvalsh(raised)[: len(raised) - k]
        bulk = replace(law, b_count=law.b_count * (1 - k / rows))
        bulk = bulk.with_t(np.concatenate([left, self.weights.others]))
        high = bulk.upper_edge()
        x = np.geomspace(max(bulk.lower_edge(), LOWEST * high), high, GRID)
        return by_rank.joined(
            self.outliers, by_rank.from_density(x, bulk.counts(x)), trace=self.trace
        )

    @cached_property
    def trace(self) -> float:
        """``E Tr G`` over the noise; exact at every size (``theory.models.separable.moments``)."""
        return moments.trace(self.examples, self.weights)

    @cached_property
    def frobenius(self) -> float:
        """``√E‖G‖_F²`` over the noise; exact at every size."""
        return moments.frobenius(self.examples, self.weights)

    def _gradient_square(self, r: Array) -> float:  # N² E‖g‖²
        pull, power = self.examples.pulled(r, np.inf)
        along = pull @ self.weights.means
        total = float((along @ along + self.weights.variance * power).real)
        if total == 0:
            raise checks.InputError("r must give a gradient, got a gradient of zero")
        return total
