"""The random model of G for many classes: the outliers on top, and the gradient on them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.models import power
from theory.models.many_classes.logit_covariance import LogitCovariance, identity
from theory.models.many_classes.logit_noise import LogitNoise
from theory.models.many_classes.low_rank_means import LowRankMeans
from theory.models.many_classes.outlier_products import Signal, solve
from theory.models.noise import Noise
from theory.models.outlier_equation import Outliers
from theory.models.power import Power


class ManyClasses:
    """G with means and noise of structured covariance over many classes: its top outliers.

    The same model as ``Isotropic`` with the means' Gram matrix, at level FG of one group and at
    level cluster of several, or with ``K_C`` as ``Separable`` with an isotropic T; of it ``top``
    outliers are sought.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    means
        As ``diagonal_plus_low_rank`` or ``blocks_plus_low_rank`` checks them.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Number of weights, or the noise's effective dimension.
    top
        Outliers that are sought; fewer are found where fewer leave the bulk.
    groups : shape (N,)
        Which of the means' groups each example is of, where there are several.
    K_C
        Covariance of the noise across logits in units of sigma_E², by default the identity.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        By an attribute, if a root search misses its tolerance.

    Examples
    --------
    >>> from theory.models.many_classes import diagonal_plus_low_rank
    >>> p = np.full((300, 10), 0.1)
    >>> means = diagonal_plus_low_rank(np.ones(10))
    >>> model = ManyClasses(p, means=means, sigma_E=0.7, D=1000, top=3)
    >>> model.outliers.round(5)
    array([0.10061, 0.10061, 0.10061])
    """

    def __init__(
        self,
        p: ArrayLike,
        *,
        means: LowRankMeans,
        sigma_E: float,
        D: int,
        top: int,
        groups: ArrayLike | None = None,
        K_C: LogitCovariance | None = None,
    ) -> None:
        outputs = checks.probabilities(p)
        N, C = outputs.shape
        for name, found in (("means", len(means.own)), ("K_C", C if K_C is None else K_C.logits)):
            if found != C:
                raise checks.InputError(f"{name} must be those of {C} logits, got {found}")
        length, weights = checks.real("sigma_E", sigma_E, low=0), checks.integer("D", D, low=1)
        index = np.zeros(N, dtype=np.int64)
        if groups is not None:
            index = checks.classes("groups", groups, N=N, C=means.groups)
        elif means.groups > 1:
            raise checks.InputError(f"groups must be given for means of {means.groups} groups")
        self.means, self.covariance = means, identity(C) if K_C is None else K_C
        if K_C is None:
            self.noise = Noise(p=outputs, sigma_E=length, D=weights, N=N)
        else:
            self.noise = LogitNoise(p=outputs, sigma_E=length, D=weights, N=N, covariance=K_C)
        self.signal = Signal(self.noise, means, index, self.covariance)
        self.top = checks.integer("top", top, low=1, high=C - 1)

    @cached_property
    def solution(self) -> Outliers:
        """Roots of the outlier equation, and what else is known at them."""
        return solve(self.signal, top=self.top)

    @property
    def outliers(self) -> Array:
        """The largest eigenvalues above the bulk, descending, shape (k,) with ``k <= top``."""
        return self.solution.position

    @property
    def upper_edge(self) -> float:
        """Upper edge of the bulk, 0 without noise."""
        return self.noise.map(self.noise.edge)[0] if self.noise.s else 0.0

    def power(self, r: ArrayLike) -> Power:
        """Fraction of ``‖g‖²`` on each of the outliers, as ``Isotropic.power``.

        What lies on outliers beyond ``top`` is left in the bulk's.

        Parameters
        ----------
        r : shape (N, C)
            Residuals ``p - onehot(y)``.

        Raises
        ------
        InputError
            If r is no array of residuals, or the gradient is zero.
        """
        noise, found = self.noise, self.solution
        residual = checks.residuals(r, shape=noise.p.shape)
        start, square = self._pulled(residual, 0.0)
        total = noise.sigma_E**2 * square + float(start @ start)
        if total == 0:
            raise checks.InputError("r must give a gradient, got a gradient of zero")
        pulls = [self._pulled(residual, -noise.s / u) for u in found.u]
        along = [e @ pull for e, (pull, _) in zip(found.vectors, pulls, strict=True)]
        return power.joined(
            found.position,
            found.variance(noise.D),
            np.sqrt(found.transfer / total) * np.array(along),
            np.full(found.u.shape, 1 / noise.D),
            np.array([seen / square for _, seen in pulls]),
            noisy=noise.sigma_E**2 * square / total,
            dimension=noise.D,
            norm=total**0.5 / noise.N,
        )

    def _pulled(self, r: Array, kappa: float) -> tuple[Array, float]:
        """``cᵀ Uᵀ x`` and ``Σ xᵀ K x`` with ``x = (I + κ A K)⁻¹ r``."""
        K, groups = self.covariance, self.signal.groups
        sums, square = np.zeros((self.means.groups, r.shape[1])), 0.0
        for rows, part in self.signal.at(kappa).parts():
            x = r[rows] - kappa * part.each(K.seen(r[rows]))
            np.add.at(sums, groups[rows], x)
            square += float(np.vdot(x, K.seen(x)))
        return self.means.along(sums), square
