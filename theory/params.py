"""The parameters of the Fort-Ganguli model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from theory import checks

LabelLaw = Literal["uniform", "balanced", "calibrated", "margin"]
LABEL_LAWS: tuple[LabelLaw, ...] = get_args(LabelLaw)


@dataclass(frozen=True, kw_only=True)
class Params:
    """Scales and sizes of the random model of logits and logit gradients.

    The logits are ``z ~ N(0, sigma_z²)``, independent, and the logit gradients
    ``J_{μk} = c_k + E_{μk}`` with Gaussian ``c_k`` and ``E_{μk}`` in R^D. Lengths are parameters:
    one component of ``c_k`` has standard deviation ``sigma_c/√D``.

    Parameters
    ----------
    N
        Examples, at least 1.
    C
        Classes, at least 2.
    D
        Weights, at least 1.
    sigma_z
        Standard deviation of the logits, in nats.
    sigma_c
        Root-mean-square length of a mean logit gradient, in nats per unit of weight.
    sigma_E
        Root-mean-square length of the noise of one example, in nats per unit of weight.
    labels
        Law of the labels: ``uniform`` (independent of the logits and of each other), ``balanced``
        (each class exactly N/C times, at random; N must be a multiple of C), ``calibrated`` (drawn
        from the softmax outputs) or ``margin`` (uniform; then the true class's logit is raised).
    margin
        What ``margin`` labels add to the true class's logit, in nats; zero for other laws.

    Raises
    ------
    InputError
        If a value is not of its type or out of its bound.

    Examples
    --------
    >>> Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7).labels
    'uniform'
    >>> Params(N=300, C=1, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    Traceback (most recent call last):
    theory.checks.InputError: C must be at least 2, got 1
    """

    N: int
    C: int
    D: int
    sigma_z: float
    sigma_c: float
    sigma_E: float
    labels: LabelLaw = "uniform"
    margin: float = 0.0

    def __post_init__(self) -> None:
        for name, low in (("N", 1), ("C", 2), ("D", 1)):
            object.__setattr__(self, name, checks.integer(name, getattr(self, name), low=low))
        for name in ("sigma_z", "sigma_c", "sigma_E", "margin"):
            object.__setattr__(self, name, checks.real(name, getattr(self, name), low=0))
        if self.sigma_c == 0 and self.sigma_E == 0:
            raise checks.InputError("sigma_c and sigma_E must not both be 0")
        checks.choice("labels", self.labels, LABEL_LAWS)
        if self.labels != "margin" and self.margin != 0:
            raise checks.InputError(
                f"margin must be 0 unless labels is 'margin', got {self.margin:g} "
                f"with labels {self.labels!r}"
            )
        if self.labels == "balanced" and self.N % self.C:
            raise checks.InputError(
                f"N must be a multiple of C for balanced labels, got N={self.N}, C={self.C}"
            )

    def as_dict(self) -> dict[str, Any]:
        """The parameters by name, ready for provenance."""
        return asdict(self)
