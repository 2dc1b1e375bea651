r"""``H = G + K`` with the logits' curvature K as a random symmetric matrix, given the outputs.

``K = sigma_W W`` with W a D×D GOE matrix of semicircle radius 2, independent of G, and
``sigma_W = sigma_H √(mean |r|²)``: the residuals weight the logits' own Hessians. The equivalent
of G's resolvent stays as it is, at ``ω = z + sigma_W² m(z)`` (free convolution), so that in
``u = -1/m`` only the map changes, ``z_H(u) = z_G(u) + sigma_W²/u``. The bulk has negative
eigenvalues; the means give outliers above it and never below. Derived in docs/theory/levels.md.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array
from theory.models.curved_noise import CurvedNoise
from theory.models.isotropic import Isotropic
from theory.models.spiked import Spiked

GRID = 400  # points on the bulk, between which its eigenvalues are interpolated by rank
MOST_LISTED = 10**7


class Spikes(NamedTuple):
    """Outliers of K's own: ``position`` and ``overlap`` with their directions, nan if none."""

    position: Array
    overlap: Array


class Curved(Spiked):
    """H with fixed means, isotropic noise and the logits' curvature as a GOE matrix.

    ``spread`` is over the noise and K: ``2u²(z_H' - τ²)/D`` at the root u with τ the ``overlaps``;
    without noise that of a spiked Wigner matrix, ``2 sigma_W² (1 - sigma_W²/u²)/D``.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    r : shape (N, C)
        Residuals ``p - onehot(y)``.
    Gamma : shape (C, C), or (C², C²) with groups
        Gram matrix of the mean logit gradients; none by default.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Number of weights.
    sigma_H
        Half the spectral radius of K in units of ``√(mean |r|²)``. With 0 it is the model of G.
    groups : shape (N,)
        Class of each example, for the cluster level.

    Raises
    ------
    InputError
        If an argument is out of its bounds; by what concerns the bulk, if there is neither noise
        nor curvature, or if sigma_W is below 1e-10 of the bulk's scale.
    ConvergenceError
        By an attribute, if a root search misses its tolerance.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> r = p - np.eye(10)[np.arange(300) % 10]
    >>> model = Curved(p, r, Gamma=np.eye(10), sigma_E=0.7, D=1000, sigma_H=0.02)
    >>> model.outliers[[0, -1]].round(5), model.edges.round(4)
    (array([0.1042, 0.1042]), array([[-0.0375,  0.0384]]))
    """

    def __init__(
        self,
        p: ArrayLike,
        r: ArrayLike,
        *,
        Gamma: ArrayLike | None = None,
        sigma_E: float,
        D: int,
        sigma_H: float,
        groups: ArrayLike | None = None,
    ) -> None:
        G = Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
        residual = checks.residuals(r, shape=G.p.shape)
        curvature = checks.real("sigma_H", sigma_H, low=0)
        sigma_W = curvature * float(np.sqrt(np.mean(np.sum(residual**2, axis=1))))
        own = G.noise
        noise = CurvedNoise(p=own.p, sigma_E=own.sigma_E, D=own.D, N=own.N, sigma_W=sigma_W)
        super().__init__(noise, G.means)
        object.__setattr__(self, "G", G)
        object.__setattr__(self, "sigma_H", curvature)

    noise: CurvedNoise
    G: Isotropic
    sigma_H: float

    @property
    def flat(self) -> bool:
        """Whether there is no curvature, and H is G."""
        return self.noise.sigma_W == 0

    @cached_property
    def edges(self) -> Array:
        """Support intervals ``(m, 2)`` of the bulk of H, ascending; the first may be negative.

        With curvature the D eigenvalues of H all belong to it but for the outliers.
        """
        if self.flat:
            return self.G.edges
        law, offset, _ = self.noise.shifted
        return law.edges() + offset

    def density(self, x: ArrayLike) -> Array:
        """Density of the bulk at x, normalised to its share of the D eigenvalues.

        ``Im(-1/u)/π`` at ``z_H(u) = x``; zero off the bulk.

        Parameters
        ----------
        x : any shape
            Eigenvalues at which to evaluate.
        """
        if self.flat:
            return self.G.density(x)
        u = self.noise.root(x)
        return np.nan_to_num(u.imag / np.abs(u) ** 2 / np.pi)

    @cached_property
    def positive(self) -> float:
        """Fraction of the eigenvalues of the bulk above zero, in closed form.

        With k outliers, ``k + (D - k) positive`` of the D eigenvalues of H are positive, to O(1).
        Without curvature it is G's rank over D.
        """
        if self.flat:
            return float(self.G.law.ratio * (1 - self.G.law.cdf(0.0)))
        return self.noise.mass_above(0.0)

    def spikes(self, strength: ArrayLike) -> Spikes:
        """Outliers of H, on either side, from eigenvalues that K has of its own.

        A direction orthogonal to the means that K stretches by θ has the root ``u = θ``: the
        outlier is ``z_H(θ)`` and its overlap with the direction ``z_H'(θ)``, if θ lies beyond the
        bulk's u.

        Parameters
        ----------
        strength : shape (...)
            Eigenvalues θ of the low-rank part of K, of either sign.
        """
        checks.real("sigma_H", self.sigma_H, low=0, strict=True)
        flat = checks.array("strength", np.ravel(strength), ndim=1)
        low, high = self.noise.lower_edge(), self.noise.edge
        outside = (flat < low) | (flat > high)
        out = np.full((2, flat.size), np.nan)
        if outside.any():
            out[:, outside] = np.array([self.noise.map(theta)[:2] for theta in flat[outside]]).T
        position, overlap = out.reshape(2, *np.shape(strength))
        return Spikes(position, overlap)

    @cached_property
    def eigenvalues(self) -> Array:
        """All eigenvalues of H, descending, shape ``(D,)``; without curvature those of G.

        Outliers, then the bulk by its quantiles, interpolated between points of its closed
        distribution. The k outliers take k directions with them, which leaves D - k dimensions at
        the same component variance, and push the bulk down: it is moved so that all add up to
        ``trace``.

        Raises
        ------
        InputError
            If D is above 10⁷.
        """
        if self.flat:
            return self.G.eigenvalues
        if self.D > MOST_LISTED:
            raise checks.InputError(f"D must be at most {MOST_LISTED} to list all, got {self.D}")
        count = self.D - len(self.outliers)
        left = math.sqrt(count / self.D)
        noise = replace(
            self.noise,
            D=count,
            sigma_E=left * self.noise.sigma_E,
            sigma_W=left * self.noise.sigma_W,
        )
        law, offset, _ = noise.shifted
        ranks = (np.arange(count) + 0.5) / count
        bulk = np.empty(0)
        for low, high in law.edges() + offset:
            x = (low + high) / 2 - (high - low) / 2 * np.cos(np.linspace(0, np.pi, GRID))
            below = 1 - np.array([noise.mass_above(float(point)) for point in x])
            inside = ranks[(ranks >= below[0]) & (ranks < below[-1])]
            bulk = np.append(bulk, np.interp(inside, below, x))
        bulk += (self.trace - self.outliers.sum() - bulk.sum()) / count
        return np.append(self.outliers, bulk[::-1])

    @property
    def trace(self) -> float:
        """``E Tr H = E Tr G``, exact: K has none in the mean."""
        return self.G.trace

    @cached_property
    def frobenius(self) -> float:
        """``√E‖H‖_F² = √(E‖G‖_F² + (D + 1) sigma_W²)`` over the noise and K; exact."""
        return math.hypot(self.G.frobenius, math.sqrt(self.D + 1) * self.noise.sigma_W)

    def _roots(self, x: ArrayLike) -> NDArray[np.complex128]:
        return self.G._roots(x) if self.flat else self.noise.root(x)
