"""The parameters of the Fort-Ganguli model."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from theory import checks

LabelLaw = Literal["uniform", "balanced", "calibrated", "margin"]
LABEL_LAWS: tuple[LabelLaw, ...] = get_args(LabelLaw)
LARGEST = 10**15  # sizes are exact as float64, as are their products with a few thousand as int64
LENGTHS = ("sigma_c", "sigma_E", "sigma_y", "sigma_H")
NON_NEGATIVE = (*LENGTHS, "sigma_z", "margin", "T_exponent")
SHORTEST, LONGEST = 1e-30, 1e30  # eighth powers of lengths are numbers of float64


@dataclass(frozen=True, kw_only=True)
class Params:
    """Scales and sizes of the random model of logits and logit gradients.

    The logits are ``z ~ N(0, sigma_z²)``, independent, and the logit gradients
    ``J_{μk} = c_k + d_{k,y(μ)} + E_{μk}`` with Gaussian means ``c_k``, ``d_{k,y}`` in R^D and
    Gaussian noise ``E_μ = K_C^{1/2} Z_μ T^{1/2}``: ``K_C = (1-rho) I + rho 11ᵀ`` across logits, T
    across weights. The Hessian is that of the G-term, and with ``sigma_H`` a random logit
    curvature, ``H = G + sigma_H √(mean |r|²) W``, W a GOE matrix of semicircle radius 2. Lengths
    are parameters: one component of ``c_k`` has standard deviation ``sigma_c/√D``. The last four
    parameters are zero at level FG. Lengths are zero or from 1e-30 to 1e30.

    Parameters
    ----------
    N
        Examples, from 1 to 10¹⁵.
    C
        Classes, from 2 to 10¹⁵.
    D
        Weights, from 1 to 10¹⁵.
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
    sigma_y
        Root-mean-square length of ``d_{k,y}``, what the true class adds to a mean logit gradient,
        in nats per unit of weight.
    T_exponent
        α of the noise's power law: the eigenvalues of T fall as ``i^{-α}``, ``tr T = sigma_E²``
        (``theory.bulk.power_law``).
    rho
        Correlation of the noise of two logits of one example, from ``-1/(C-1)`` to below 1.
    sigma_H
        Strength of the logits' curvature: half its spectral radius in units of ``√(mean |r|²)``.

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
    sigma_y: float = 0.0
    T_exponent: float = 0.0
    rho: float = 0.0
    sigma_H: float = 0.0

    def __post_init__(self) -> None:
        for name, low in (("N", 1), ("C", 2), ("D", 1)):
            size = checks.integer(name, getattr(self, name), low=low, high=LARGEST)
            object.__setattr__(self, name, size)
        for name in NON_NEGATIVE:
            value = checks.real(name, getattr(self, name), low=0)
            if value > LONGEST:
                raise checks.InputError(f"{name} must be at most {LONGEST:g}, got {value:g}")
            if name in LENGTHS and 0 < value < SHORTEST:
                raise checks.InputError(f"{name} must be 0 or at least {SHORTEST:g}, got {value:g}")
            object.__setattr__(self, name, value)
        rho = checks.real("rho", self.rho, low=-1 / (self.C - 1))
        if rho >= 1:
            raise checks.InputError(f"rho must be less than 1, got {rho:g}")
        object.__setattr__(self, "rho", rho)
        if self.sigma_c == self.sigma_y == self.sigma_E == 0:
            raise checks.InputError("sigma_c, sigma_y and sigma_E must not all be 0")
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

    @property
    def beyond_FG(self) -> dict[str, float]:
        """The parameters that level FG has at zero and this model has not."""
        names = ("sigma_y", "T_exponent", "rho", "sigma_H")
        return {name: getattr(self, name) for name in names if getattr(self, name) != 0}

    @property
    def as_seen_by_G(self) -> Params:
        """The model with independent logits that has the same G and the same gradient.

        ``A 1 = 0`` and ``rᵀ 1 = 0``, so G and g hold the noise's differences between logits
        alone, whose covariance is ``(1-rho) (I - 11ᵀ/C)``: noise of length ``sigma_E √(1-rho)``.
        """
        if self.rho == 0:
            return self
        return replace(self, sigma_E=self.sigma_E * math.sqrt(1 - self.rho), rho=0.0)

    @property
    def outlier_directions(self) -> int:
        """Most outliers that the means can make: C-1, and ``C (C-1)`` if the true class counts."""
        return (self.C - 1) * (self.C if self.sigma_y > 0 else 1)

    @property
    def logit_gradient_length(self) -> float:
        """Root-mean-square length of a logit gradient, in nats per unit of weight."""
        return math.hypot(self.sigma_c, self.sigma_y, self.sigma_E)

    @property
    def q_SLSC(self) -> float:
        """Mean cosine of the logit gradients of one logit, over pairs of examples of one class.

        ``(σ_c² + σ_y²)/(σ_c² + σ_y² + σ_E²)``, to the inverse of the effective dimension.
        """
        return (self.sigma_c**2 + self.sigma_y**2) / self.logit_gradient_length**2

    @property
    def q_SL(self) -> float:
        """The same over all pairs of examples, ``(σ_c² + f σ_y²)/(σ_c² + σ_y² + σ_E²)``.

        f is the share of pairs of one class, 1/C but for ``balanced`` labels:
        ``(N/C - 1)/(N - 1)``. Over pairs of two classes it is the same with f = 0.
        """
        mean = self.sigma_c**2 + self.same_class_pairs * self.sigma_y**2
        return mean / self.logit_gradient_length**2

    @property
    def q_DL(self) -> float:
        """The same between different logits, over all pairs and each example with itself.

        ``(ρ σ_E²/N)/(σ_c² + σ_y² + σ_E²)``: within one example alone.
        """
        return self.rho * self.sigma_E**2 / (self.N * self.logit_gradient_length**2)

    @property
    def same_class_pairs(self) -> float:
        """Expected share of the pairs of different examples that are of one class."""
        if self.labels == "balanced" and self.N > 1:
            return (self.N / self.C - 1) / (self.N - 1)
        return 1 / self.C
