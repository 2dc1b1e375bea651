"""A quadratic Bézier curve of networks: three points in weight space, of which it passes two."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory import checks
from theory.checks import InputError


def coefficients(t: ArrayLike) -> Tensor:
    """Bernstein polynomials ``(1-t)², 2t(1-t), t²``, shape ``(..., 3)``, float64.

    Examples
    --------
    >>> coefficients([0.0, 0.5]).tolist()
    [[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]]
    """
    at = torch.as_tensor(t, dtype=torch.float64)
    return torch.stack([(1 - at) ** 2, 2 * at * (1 - at), at**2], dim=-1)


@dataclass(frozen=True, eq=False)
class Bezier:
    """``w(t) = (1-t)² w_0 + 2t(1-t) b + t² w_1``, for t from 0 to 1.

    Garipov et al. 2018, arXiv:1802.10026. The published code calls its three points three bends;
    the ends are networks, and ``b`` alone is trained.

    Parameters
    ----------
    points
        ``w_0``, ``b``, ``w_1``, shape ``(3, D)``.

    Raises
    ------
    InputError
        If there are not three points.

    Examples
    --------
    >>> Bezier(torch.tensor([[0.0], [1.0], [0.0]])).at([0.0, 0.5]).tolist()
    [[0.0], [0.5]]
    """

    points: Tensor

    def __post_init__(self) -> None:
        checks.instance("points", self.points, Tensor)
        if self.points.ndim != 2 or len(self.points) != 3:
            raise InputError(f"points must have shape (3, D), got {tuple(self.points.shape)}")

    def at(self, t: ArrayLike) -> Tensor:
        """Weights ``(s, D)`` at values ``t (s,)``."""
        return coefficients(t).to(self.points) @ self.points

    def bent(self, bend: Tensor) -> Bezier:
        """The curve between the same ends with another ``bend (D,)``."""
        return replace(self, points=torch.stack([self.points[0], bend, self.points[2]]))


def straight(start: Tensor, end: Tensor) -> Bezier:
    """The line between two networks ``(D,)``, as a curve with its bend in the middle.

    Raises
    ------
    InputError
        If the networks have different weights.
    """
    for name, each in (("start", start), ("end", end)):
        checks.instance(name, each, Tensor)
    if start.ndim != 1 or start.shape != end.shape:
        raise InputError(
            f"start and end must have one shape (D,), got {tuple(start.shape)} and "
            f"{tuple(end.shape)}"
        )
    return Bezier(torch.stack([start, (start + end) / 2, end]))
