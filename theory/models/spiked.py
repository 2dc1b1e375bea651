r"""Isotropic noise with fixed means, given the softmax outputs: what G and H have in common.

The noise gives a spectral map ``z(u)``, ``u = -1/m``, and the means the outlier equation
``λ_j(S(u)) = u``; outliers, overlaps, their spread and the gradient's power follow from both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array
from theory.models import outlier_equation, power
from theory.models.means import Means
from theory.models.noise import Noise
from theory.models.power import Power
from theory.spread import splitting
from theory.spread.splitting import Ordered


@dataclass(frozen=True, eq=False)
class Spiked:
    """A checked model: what is asked of it is solved once and remembered.

    Attributes
    ----------
    noise
        Spectral map of the bulk over the softmax outputs.
    means
        Fixed means over them.
    """

    noise: Noise
    means: Means

    @property
    def p(self) -> Array:
        """Softmax outputs, shape (N, C)."""
        return self.noise.p

    @property
    def D(self) -> int:
        """Number of weights."""
        return self.noise.D

    @cached_property
    def solution(self) -> outlier_equation.Outliers:
        """Roots of the outlier equation, and what else is known at them."""
        return outlier_equation.solve(self.noise, self.means)

    @property
    def outliers(self) -> Array:
        """Eigenvalues above the bulk, descending, shape (k,).

        Corrections are Gaussian of a relative order ``1/√D``: see ``spread``. Means too short to
        leave the bulk give none.
        """
        return self.solution.position

    @property
    def overlaps(self) -> Array:
        r"""Squared length of each outlier's unit eigenvector inside the span of the means, (k,).

        ``τ_j = z'(u_j)/(1 - λ_j'(u_j))``, as on the span of the means the resolvent has the
        equivalent ``(S(u) - u)⁻¹`` (docs/theory/levels.md); the rest of the eigenvector lies in no
        fixed direction and has ``(1 - τ_j) rank/D`` of its square in the span. 1 without noise; a
        draw differs from it by a relative order ``1/√D``.
        """
        kept = self.solution.transfer
        return kept + (1 - kept) * self.means.rank / self.D

    @cached_property
    def population_overlaps(self) -> Array:
        """Squared cosines of the outliers' eigenvectors with those that G has without noise.

        Shape (k, rank of Γ). The latter, unit eigenvectors of ``(1/N) Σ_μ c_μᵀ A_μ c_μ`` by
        descending eigenvalue, span the means: row sums are ``overlaps``. Where outliers lie closer
        than their fluctuation (a relative ``1/√D``) or those eigenvectors are degenerate, only sums
        over the close ones on both sides have a meaning: the overlap of the sample eigenspace with
        the population's.
        """
        S, _ = self.means.resolvent(self.p, kappa=0.0)
        frame = np.linalg.eigh(S)[1][:, ::-1]
        kept = self.solution.transfer[:, None]
        return kept * (self.solution.vectors @ frame) ** 2 + (1 - kept) / self.D

    @cached_property
    def spread(self) -> Ordered:
        """Ordered outliers of one draw: mean and standard deviation over the noise, (k,) each.

        Entry (i, j) of the fluctuation has the variance ``u_iu_j(√(z'_iz'_j) - τ_iτ_j)/D`` with
        ``τ = z'/(1 - λ')``, twice it on the diagonal: near outliers repel each other as in the GOE.
        Derived in docs/theory/fluctuations.md.
        """
        return splitting.around(self.outliers, self._variance)

    @cached_property
    def _variance(self) -> Array:
        """Variance of the outliers' fluctuation off the diagonal, (k, k)."""
        return self.solution.variance(self.D)

    def power(self, r: ArrayLike) -> Power:
        r"""Fraction of ``‖g‖²`` on each outlier and on the bulk.

        Residue of ``gᵀ(H - z)⁻¹g`` at each outlier, and what lies there of the noise's own gradient
        (``theory.models.power``). One draw differs from it by relative orders ``1/√D`` and, through
        the noise's own part of the gradient, ``1/√(N C)``; the mean's next order is 1/D.

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
        return power.shares(
            self.noise, self.means, self.solution, residual, variance=self._variance
        )

    def power_density(self, x: ArrayLike, r: ArrayLike) -> Array:
        r"""Density of the squared gradient over the bulk, as a fraction of ``‖g‖²``.

        ``Im[m q(m)]/(π‖g‖²)`` at ``m(x + i0)``, q as in ``theory.models.power``; zero off the bulk.
        Its integral is ``power(r).bulk``, less what eigenvalues in the bulk's gaps hold. Divided by
        ``density`` and D it is the mean fraction on one eigenvector at x. Costs O(N C²) for each x
        in the bulk.

        Parameters
        ----------
        x : any shape
            Eigenvalues at which to evaluate.
        r : shape (N, C)
            Residuals ``p - onehot(y)``.
        """
        residual = checks.residuals(r, shape=self.p.shape)
        density = power.density(self.noise, self.means, residual, self._roots(x))
        return self.power(residual).kept * density

    def _roots(self, x: ArrayLike) -> NDArray[np.complex128]:
        """The u in the upper half-plane with ``z(u) = x``; nan off the bulk."""
        raise NotImplementedError
