"""A law that is known by its Cauchy transform."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import InputError
from theory.free_addition.law import Complex, Law

STEP = 1e-5  # of the distance to the support, for central differences
LEAST = 1e-10  # distance to an end at which the law is asked, of the width


class Transform(Law):
    """A law of which one can ask ``G(z)``, as another theory's equation gives it.

    ``G'`` is a central difference, good to about 1e-9.

    Parameters
    ----------
    function
        ``G(z) = ∫ dμ(x)/(z - x)`` of complex z, above the real line and on it off the support.
    support : shape (m, 2)
        Intervals that hold all mass, ascending and apart; an atom is one of length 0.
    atoms : shape (2, k)
        Positions and masses of the atoms, if there are any.

    Raises
    ------
    InputError
        If the intervals do not ascend, or ``z G(z)`` far away is not 1 within 1e-3.

    Examples
    --------
    >>> from theory import SampleCovariance
    >>> bulk = SampleCovariance([1.0], ratio=0.25)
    >>> law = Transform(lambda z: -bulk.stieltjes(z), support=bulk.edges())
    >>> round(law.mean, 9), round(law.variance, 9)
    (1.0, 0.25)
    """

    def __init__(
        self,
        function: Callable[[Complex], Complex],
        *,
        support: ArrayLike,
        atoms: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> None:
        ends = checks.array("support", support, ndim=2)
        flat = ends.ravel()
        if ends.shape[1] != 2 or (np.diff(flat)[::2] < 0).any() or (np.diff(flat)[1::2] <= 0).any():
            raise InputError(f"support must hold ascending intervals, got {ends.tolist()}")
        self._function, self._support = function, ends
        self._atoms: tuple[Array, Array] = (np.empty(0), np.empty(0))
        if atoms is not None:
            x, w = (checks.array("atoms", each, ndim=1) for each in atoms)
            self._atoms = (x, w)
        far = 1e4 * (self.width or 1.0)
        mass = complex(function(np.array([self.support.mean() + 1j * far]))[0]) * 1j * far
        if abs(mass - 1) > 1e-3:
            raise InputError(f"function must behave as 1/z far away, got {mass:.4g}/z")

    @property
    def support(self) -> Array:
        """Intervals that hold all mass."""
        return self._support

    @property
    def atoms(self) -> tuple[Array, Array]:
        """Positions and masses of the atoms."""
        return self._atoms

    def cauchy(self, z: Complex) -> tuple[Complex, Complex]:
        """The function at z, and its central difference along the real line."""
        ends = self._support.ravel()
        which = np.abs(z.real[:, None] - ends).argmin(axis=1)
        least = LEAST * (self.width or 1.0)
        apart = z.real - ends[which]
        outward = np.where(apart == 0, 2 * (which % 2) - 1, np.sign(apart))
        distance = np.maximum(np.abs(apart), least)
        z = np.where(z.imag == 0, ends[which] + outward * distance, z)
        step = STEP * np.where(z.imag > 0, np.maximum(z.imag, least), distance)
        return self._function(z), (self._function(z + step) - self._function(z - step)) / (2 * step)
