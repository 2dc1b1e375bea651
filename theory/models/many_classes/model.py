"""The random model of G for many classes: the outliers on top, and the gradient on them."""

from __future__ import annotations

from functools import cached_property

from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.models import power
from theory.models.many_classes.low_rank_means import LowRankMeans
from theory.models.many_classes.outlier_products import solve
from theory.models.noise import Noise
from theory.models.outlier_equation import Outliers
from theory.models.power import Power


class ManyClasses:
    """G with means of diagonal plus low-rank Gram matrix and isotropic noise: its top outliers.

    The same model as ``Isotropic`` at level FG, of which ``top`` outliers are sought.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    means
        As ``diagonal_plus_low_rank`` checks them.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Number of weights, or the noise's effective dimension.
    top
        Outliers that are sought; fewer are found where fewer leave the bulk.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        By an attribute, if a root search misses its tolerance.

    Examples
    --------
    >>> import numpy as np
    >>> from theory.models.many_classes import diagonal_plus_low_rank
    >>> p = np.full((300, 10), 0.1)
    >>> means = diagonal_plus_low_rank(np.ones(10))
    >>> model = ManyClasses(p, means=means, sigma_E=0.7, D=1000, top=3)
    >>> model.outliers.round(5)
    array([0.10061, 0.10061, 0.10061])
    """

    def __init__(
        self, p: ArrayLike, *, means: LowRankMeans, sigma_E: float, D: int, top: int
    ) -> None:
        outputs = checks.probabilities(p)
        N, C = outputs.shape
        if len(means.diagonal) != C:
            raise checks.InputError(f"means must be those of {C} logits, got {len(means.diagonal)}")
        length, weights = checks.real("sigma_E", sigma_E, low=0), checks.integer("D", D, low=1)
        self.means = means
        self.noise = Noise(p=outputs, sigma_E=length, D=weights, N=N)
        self.top = checks.integer("top", top, low=1, high=C - 1)

    @cached_property
    def solution(self) -> Outliers:
        """Roots of the outlier equation, and what else is known at them."""
        return solve(self.noise, self.means, top=self.top)

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
        variance = found.variance(noise.D)
        return power.shares(noise, self.means, found, residual, variance=variance)
