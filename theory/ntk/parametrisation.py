"""How weights and steps scale with the width: abc-parametrisations and their limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from theory import checks
from theory.checks import InputError

NAMES = ("standard", "ntk", "mean-field", "mup")
EQUAL = 1e-9  # of two exponents, sums of a few halves


class Exponents(NamedTuple):
    """Powers of the width n by which quantities grow, at initialisation and in one step."""

    logits: float
    features_step: float
    logits_step: float
    kernel: float
    curvature: float


@dataclass(frozen=True)
class Parametrisation:
    r"""Layer l computes with ``W_l = n^{-a_l} w_l``; n is the width of each hidden layer.

    The weights that are trained begin at ``w_l ~ N(0, n^{-2 b_l})`` and take steps of learning rate
    ``η n^{-c}``. Layers 1 to L are hidden, layer L+1 is the readout; inputs and outputs have sizes
    that do not grow. By how much the features, the last hidden layer's outputs, move in a step is
    ``n^{-r}``,

    ``r = min(a_{L+1} + b_{L+1}, 2 a_{L+1} + c) + c - 1 + min_{l ≤ L} (2 a_l + [l = 1])``.

    ``(a + θ, b - θ, c - 2θ)`` is the same network (Yang and Hu 2020, arXiv:2011.14522, for gradient
    descent on smooth non-linearities). It is a statement on powers in the limit ``n → ∞``:
    exponents fitted at finite widths approach them as slowly as ``n^{-1/2}``, and where two terms
    of the same sum have near powers, slower.

    Parameters
    ----------
    a, b
        Exponents of the layers, shape (L+1,), L at least 1.
    c
        Exponent of the learning rate.

    Raises
    ------
    InputError
        If a and b have not the same length of at least 2, or an exponent is not finite.

    Examples
    --------
    >>> ntk = Parametrisation((0, 0.5, 0.5), (0, 0, 0), 0)
    >>> ntk.r, ntk.verdict
    (0.5, 'kernel')
    >>> Parametrisation((0, 0.5, 0.5), (0, 0, 0), -0.5).verdict
    'unstable'
    """

    a: tuple[float, ...]
    b: tuple[float, ...]
    c: float

    def __post_init__(self) -> None:
        a, b = (
            tuple(checks.real(name, value) for value in checks.sequence(name, getattr(self, name)))
            for name in ("a", "b")
        )
        if not len(a) == len(b) >= 2:
            raise InputError(
                "a and b must have one exponent for each of at least 2 layers, "
                f"got {len(a)} and {len(b)}"
            )
        object.__setattr__(self, "a", a)
        object.__setattr__(self, "b", b)
        object.__setattr__(self, "c", checks.real("c", self.c))

    @property
    def r(self) -> float:
        """Features move by ``n^{-r}`` in a step: 0 if they are learnt, above 0 if they freeze."""
        hidden = min(2 * a + (layer == 0) for layer, a in enumerate(self.a[:-1]))
        return min(self._readout, 2 * self.a[-1] + self.c) + self.c - 1 + hidden

    @property
    def _readout(self) -> float:
        return self.a[-1] + self.b[-1]

    @property
    def stable(self) -> bool:
        """Whether features start of order one, and neither they nor the logits ever diverge."""
        first, *later = (a + b for a, b in zip(self.a[:-1], self.b[:-1], strict=True))
        return (
            abs(first) < EQUAL
            and all(abs(total - 0.5) < EQUAL for total in later)
            and self._readout > 0.5 - EQUAL
            and self.r > -EQUAL
            and max(self.exponents.logits_step, 0) < EQUAL
        )

    @property
    def trivial(self) -> bool:
        """Whether the logits of a stable network do not move in the limit."""
        return self.exponents.logits_step < -EQUAL

    @property
    def verdict(self) -> str:
        """``unstable``, ``trivial``, ``feature learning`` (r = 0) or ``kernel`` (r > 0)."""
        if not self.stable:
            return "unstable"
        if self.trivial:
            return "trivial"
        return "feature learning" if self.r < EQUAL else "kernel"

    @property
    def exponents(self) -> Exponents:
        """Powers of n, for a network whose features start of order one.

        ``logits`` at initialisation: a sum of n terms of random sign, ``1/2 - a_{L+1} - b_{L+1}``.
        ``features_step`` is ``-r``. ``logits_step`` is the larger of what the readout's own step
        and the features' steps do, ``max(1 - 2 a_{L+1} - c, 1 - a_{L+1} - b_{L+1} - r)``.
        ``kernel`` is that of the squared length of a logit gradient with respect to the weights
        that are trained, so of the G-term's outliers: each layer adds the square of what flows in
        times that of what flows back. ``curvature`` is that of the largest stable learning rate's
        inverse over the learning rate, ``kernel - c``: 0 where one learning rate fits all widths.
        """
        readout = 1 - 2 * self.a[-1]
        hidden = (
            1 - 2 * self._readout - 2 * a + (layer > 0) for layer, a in enumerate(self.a[:-1])
        )
        kernel = max(readout, *hidden)
        return Exponents(
            logits=0.5 - self._readout,
            features_step=-self.r,
            logits_step=max(readout - self.c, 1 - self._readout - self.r),
            kernel=kernel,
            curvature=kernel - self.c,
        )

    def shifted(self, theta: float) -> Parametrisation:
        """The same network, written with ``(a + θ, b - θ, c - 2θ)``."""
        return Parametrisation(
            tuple(a + theta for a in self.a),
            tuple(b - theta for b in self.b),
            self.c - 2 * theta,
        )


def named(name: str, *, hidden_layers: int = 2) -> Parametrisation:
    """One of ``NAMES``, for so many hidden layers.

    ``standard`` is with the learning rate that keeps it stable, ``c = 1``; ``mean-field`` is of one
    hidden layer (Mei, Montanari and Nguyen 2018; its scaling of deeper networks is ``mup``'s).

    Parameters
    ----------
    name
        One of ``NAMES``.
    hidden_layers
        L, at least 1.

    Raises
    ------
    InputError
        If the name is not known, L is below 1, or mean-field is asked for more than one.

    Examples
    --------
    >>> for name in ("standard", "ntk", "mup"):
    ...     print(name, named(name).r, named(name).verdict)
    standard 0.5 kernel
    ntk 0.5 kernel
    mup 0.0 feature learning
    """
    checks.choice("parametrisation", name, NAMES)
    L = checks.integer("hidden_layers", hidden_layers, low=1)
    later = L - 1
    if name == "standard":
        return Parametrisation((0.0,) * (L + 1), (0.0, *(0.5,) * L), 1)
    if name == "ntk":
        return Parametrisation((0.0, *(0.5,) * L), (0.0,) * (L + 1), 0)
    if name == "mup":
        return Parametrisation((-0.5, *(0.0,) * later, 0.5), (0.5,) * (L + 1), 0)
    if L > 1:
        raise InputError(f"mean-field is of 1 hidden layer, got hidden_layers {L}: mup is of any")
    return Parametrisation((0.0, 1.0), (0.0, 0.0), -1)
