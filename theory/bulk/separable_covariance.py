r"""The bulk of a separable covariance ``(1/N) Σ_μ E_μᵀ A_μ E_μ``, ``E_μ = K^{1/2} Z_μ T^{1/2}``.

With b the eigenvalues of all ``K^{1/2} A_μ K^{1/2}/N`` and t those of T, the scalars of the two
sides solve, in ``v = -1/e`` and ``a = -zẽ`` (Couillet and Hachem 2014),

    e = Σ t/(a t - z),    a(v) = Σ b v/(v - b).

Above the bulk v is real and beyond all b; z falls to the upper edge where ``dz/dv = 0``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from theory.arrays import Array
from theory.bulk.compression import MAX_ATOMS, compressed
from theory.checks import ConvergenceError

STEPS = 60
DESCENTS = (50, 200, 800)  # steps down to the real axis, until no point is lost


@dataclass(frozen=True, eq=False)
class SeparableLaw:
    """Positive atoms b (n,) and t (d,), ascending, with their numbers."""

    b: Array
    b_count: Array
    t: Array
    t_count: Array

    def with_t(self, t: NDArray) -> SeparableLaw:
        """The same with the positive ones of t, of any order and repeated or not.

        More than 4096 values enter by 2-point Gauss rules.
        """
        positive = np.sort(t[t > 0])
        values, counts = np.unique(positive, return_counts=True)
        if values.size <= MAX_ATOMS:
            return replace(self, t=values, t_count=counts.astype(np.float64))
        nodes, weights = compressed(positive, MAX_ATOMS // 2)
        return replace(self, t=nodes, t_count=weights * positive.size)

    def a(self, v: NDArray) -> tuple[NDArray, NDArray]:
        """``a`` and ``da/dv`` at v, any shape, real beyond all b or complex."""
        ratio = self.b / (v[..., None] - self.b)
        return (
            np.sum(self.b_count * ratio, axis=-1) * v,
            -np.sum(self.b_count * ratio**2, axis=-1),
        )

    def z(self, v: float, a: float) -> float:
        """The z above ``a max(t)`` with ``1/v = Σ t/(z - a t)``, by Newton on a convex function.

        Raises
        ------
        ConvergenceError
            If ``STEPS`` steps do not reach rounding.
        """
        z = a * self.t[-1] + self.t[-1] * self.t_count[-1] * v
        for _ in range(STEPS):
            term = self.t / (z - a * self.t)
            gap = np.sum(self.t_count * term) * v - 1
            step = gap / (np.sum(self.t_count * term / (z - a * self.t)) * v)
            z += step
            if abs(step) <= 1e-15 * z or gap <= 1e-15:
                return float(z)
        raise ConvergenceError(f"z(v) not found in {STEPS} steps at v = {v:g}")

    def slope(self, v: float, a: float, a_slope: float, z: float) -> float:
        """``dz/dv``."""
        square = self.t_count / (z - a * self.t) ** 2
        return (1 / v**2 + a_slope * np.sum(square * self.t**2)) / np.sum(square * self.t)

    @cached_property
    def edge(self) -> float:
        """``v₊``, the largest v where ``dz/dv = 0``."""
        top = float(self.b[-1])

        def slope(distance: float) -> float:
            v = top + np.exp(distance)
            a, a_slope = (float(x) for x in self.a(np.array(v)))
            return self.slope(v, a, a_slope, self.z(v, a)) * np.exp(distance)

        high = np.log(top) + 1.0
        while slope(high) <= 0:
            high += 2.0
        low = high - 0.5
        while slope(low) > 0:
            high, low = low, low - 0.5
        root = optimize.root_scalar(slope, bracket=(low, high), xtol=1e-13).root
        return top + float(np.exp(root))

    def upper_edge(self) -> float:
        """Upper edge of the bulk."""
        a, _ = self.a(np.array(self.edge))
        return self.z(self.edge, float(a))

    def lower_edge(self) -> float:
        r"""Lower edge of the bulk above zero; 0 if both sides have the same rank, to what counts.

        Below it the scalar s of the side of lower rank is positive, and z, the root of
        ``s = Σ x/(g x - z)``, ``g = Σ y/(1 + s y)``, is largest at the edge (x the atoms of the
        side of lower rank, y those of the other).
        """
        short, long = (self.b, self.b_count), (self.t, self.t_count)
        if short[1].sum() > long[1].sum():
            short, long = long, short
        (x, m), (y, n) = short, long
        if m.sum() >= n.sum() * (1 - 1e-12):
            return 0.0

        def height(log_s: float) -> float:
            s = np.exp(log_s)
            g = np.sum(n * y / (1 + s * y))
            if s * g <= m.sum():
                return s * g - m.sum()
            # in y = g x₀ - z, from where the lowest atom alone would put it
            least, most = m[0] * x[0] / s, g * x[0]
            apart = g * (x[1:] - x[0])

            def excess(y: float) -> float:
                return s * y - m[0] * x[0] - float(np.sum(m[1:] * x[1:] * y / (apart + y)))

            if excess(least) >= 0 or excess(most) <= 0:
                return most - least if excess(least) >= 0 else 0.0
            return most - float(optimize.brentq(excess, least, most, xtol=1e-300))  # pyright: ignore[reportArgumentType]

        start = np.log(m.sum() / (n.sum() - m.sum()) / np.average(y, weights=n))
        grid = start + np.linspace(-30, 30, 241)
        heights = np.array([height(s) for s in grid])
        k = int(heights.argmax())
        if heights[k] <= 0:  # atoms too small to count make up the longer side's rank
            return 0.0
        best = optimize.minimize_scalar(
            lambda s: -height(s), bounds=(grid[k - 1], grid[k + 1]), options={"xatol": 1e-9}
        )
        return float(-best.fun)

    def counts(self, x: Array) -> Array:
        """Eigenvalues of the side of t per unit of x, at x (k,); zero off the bulk."""
        v = self.v(x)
        inside = ~np.isnan(v)
        a, _ = self.a(v[inside])
        poles = self.t_count / (a[:, None] * self.t - x[inside, None])
        out = np.zeros(x.size)
        out[inside] = poles.sum(axis=1).imag / np.pi
        return out

    def v(self, x: Array) -> NDArray[np.complex128]:
        """Complex v over real x (k,), Im v > 0 on the bulk; nan off it.

        Newton for e, from far above the real axis down to it; in finer steps where that fails.

        Raises
        ------
        ConvergenceError
            If a point inside the bulk does not settle on the real axis.
        """
        low, high = self.lower_edge(), self.upper_edge()
        left = np.flatnonzero((x > low) & (x < high))
        out = np.full(x.shape, np.nan + 0j)
        for steps in DESCENTS:
            if left.size == 0:
                break
            out[left], lost = self._descend(x[left], 10.0 * high, steps)
            left = left[lost]
        if left.size:
            raise ConvergenceError(f"bulk density not found at {left.size} points")
        return out

    def _descend(
        self, x: Array, height: float, steps: int
    ) -> tuple[NDArray[np.complex128], NDArray[np.bool_]]:
        """v, and where it was lost, from ``height`` above x to 1e-8 x in steps, then to x."""
        e = np.asarray(-np.sum(self.t_count * self.t) / (x + 1j * height), dtype=np.complex128)
        above, step = np.zeros(x.shape, dtype=bool), np.zeros_like(e)
        for share in [*np.linspace(0, 1, steps), np.inf]:
            above = e.imag > 1e-2 * np.abs(e)
            z = np.asarray(x + 1j * height * (1e-8 * x / height) ** share, dtype=np.complex128)
            for _ in range(8 if share <= 1 else STEPS):
                e, step = self._newton(e, z)
                if np.all(np.abs(step) <= 1e-12 * np.abs(e)):
                    break
        real = e.imag <= 1e-7 * np.abs(e)
        lost = np.where(real, above, np.abs(step) > 1e-9 * np.abs(e))
        return np.where(real, np.nan, -1 / e), lost

    def _newton(
        self, e: NDArray[np.complex128], z: NDArray[np.complex128]
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """One step of Newton for ``e - Σ t/(a t - z) = 0``, kept in the upper half-plane."""
        v = -1 / e
        a, a_slope = self.a(v)
        pull = self.t / (a[..., None] * self.t - z[..., None])
        value = e - np.sum(self.t_count * pull, axis=-1)
        slope = 1 + a_slope * v**2 * np.sum(self.t_count * pull**2, axis=-1)
        step = -value / slope
        low = (e + step).imag <= 0
        step[low] = -value[low] / 2
        low = (e + step).imag <= 0
        step[low] = -0.5j * e[low].imag
        return e + step, step
