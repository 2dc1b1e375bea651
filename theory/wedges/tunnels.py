"""Tunnels of the toy landscape: their radius, and how high noise lifts the loss above a plane."""

from __future__ import annotations

import math

from theory import checks
from theory.wedges.nearest import Nearest


def radius(bound: float, *, D: int, n: int, loss: float = 0.0) -> float:
    """How far along a random direction the loss passes ``bound``, from where it is ``loss``.

    ``√((b² - L²) D/(D-n))``: of a step r in a uniform direction ``r² (D-n)/D`` leaves the plane.
    With relative fluctuations of order ``1/√(D-n)``, and a bias of that order where L is not
    small; a lower bound of the mean square where another plane is nearer at the end of the step.

    Parameters
    ----------
    bound
        Loss that the tunnel ends at, at least ``loss``.
    loss
        Loss inside, at least 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> radius(0.1, D=1000, n=990)
    1.0
    """
    Nearest(D, n)
    inside = checks.real("loss", loss, low=0)
    end = checks.real("bound", bound, low=inside)
    return math.sqrt((end**2 - inside**2) * D / (D - n))


def noise_floor(learning_rate: float, *, D: int, n: int, noise: float) -> float:
    r"""Root-mean-square loss of noisy gradient descent that stays on one plane.

    ``P ← P - η (∇½L² + s ξ)`` with unit normal ξ: the D-n coordinates off the plane are
    autoregressive, of variance ``η s²/(2 - η)``, and ``E L² = (D-n) η s²/(2-η)``. Exact where the
    plane is fixed, so while all coordinates in it are large against that.

    Parameters
    ----------
    learning_rate
        η, above 0 and below 2.
    noise
        Standard deviation s of a coordinate of the gradient, at least 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> noise_floor(1.0, D=1000, n=900, noise=0.1)
    1.0
    """
    eta = checks.real("learning_rate", learning_rate, low=0, strict=True)
    if eta >= 2:
        raise checks.InputError(f"learning_rate must be below 2, got {eta:g}")
    spread = checks.real("noise", noise, low=0)
    return math.sqrt(Nearest(D, n).codimension * eta / (2 - eta)) * spread
