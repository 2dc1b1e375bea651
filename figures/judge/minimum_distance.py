r"""Parameters of a level fitted to one measured spectrum, by draws of the level itself.

Tells misfit of parameters from misfit of the model. The spectrum is summed up in a few logarithms
``s`` (``summary``). Around parameters θ₀ the level's own draws give, by regression on parameters
that are drawn around θ₀ as well,

    s = m + M δ + e ,   δ = ln θ - ln θ₀ ,   e of covariance Σ .

*Estimate*: the δ of least ``Σ_j (s_j - m_j - (Mδ)_j)²/Σ_jj``, from which the next draws start until
it is well below its standard error. The weights leave out correlations: where the model is wrong, a
combination that it knows precisely would carry the parameters far away from the spectrum.
D, a whole number in each draw, is continuous here.

*Misfit of the model*: with B the contrasts that no parameter moves, ``BᵀM = 0``, the least χ² over
all parameters, ``xᵀ(BᵀΣB)⁻¹x`` of ``x = Bᵀ(s - m)``, follows Hotelling's law, as Σ is found from
draws. The same of all of s at δ = 0 tests the parameters that the fit starts from.

Intervals and p-values are exact where s is Gaussian and linear in ln θ over a few standard errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, stats

from theory import checks, stream
from theory.arrays import Array

DRAWS = 80  # of the spectrum in each pass
PASSES = 10
TOP = 9  # numbers that the C-1 largest eigenvalues are summed up in, at most
WIDE, WIDEST, NARROWEST = 0.1, 0.3, 0.02  # deviation of ln θ among the draws: first, most, least
LONGEST = 0.7  # step in ln θ
FARTHEST = 1.4  # from the start in ln θ, where a fit ends unsettled
SETTLED = 0.5  # step, in standard errors, with which a fit ends
LEVEL = 0.95  # of the intervals

Parameters = Mapping[str, float]
Draw = Callable[[Parameters, np.random.Generator], Array]


@dataclass(frozen=True, eq=False, kw_only=True)
class Estimate:
    """What a level's parameters are by one spectrum, and whether any make it.

    Attributes
    ----------
    names
        Parameters, all positive; the arrays below are in their order.
    start, value : shape (k,)
        Where the fit started, and its end.
    low, high : shape (k,)
        Ends of the 95 % intervals, by Student's law in ln θ.
    error : shape (k,)
        Standard errors of ln θ.
    distance_before, distance_after
        Root-mean-square difference of the summaries from the level's mean, in their logarithms.
    p_before
        p-value of the level at ``start``.
    p_after
        p-value of the level at the best of all parameters: small where no parameters make this.
    settled
        Whether the last step was below half a standard error, times the root of χ² over its mean
        where the model is wrong. Else, and where a parameter goes more than fourfold from its
        start, the intervals are of no worth.
    """

    names: tuple[str, ...]
    start: Array
    value: Array
    low: Array
    high: Array
    error: Array
    distance_before: float
    distance_after: float
    p_before: float
    p_after: float
    settled: bool


def estimate(
    eigenvalues: ArrayLike, *, start: Parameters, draw: Draw, C: int, seed: int = 0
) -> Estimate:
    """Fit the parameters of a level to a spectrum of G.

    Parameters
    ----------
    eigenvalues : shape (n,)
        All non-zero eigenvalues of G, descending, in nats per unit of weight squared.
    start
        Where to start: positive parameters by name. ``D`` is a whole number, at least C.
    draw
        A function of parameters and a random generator that gives all eigenvalues of one draw of
        the level, descending. ``figures.judge.free_levels`` has those of a measured network.
    C
        Classes.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If there are fewer than C positive eigenvalues, or a parameter is not positive.

    Examples
    --------
    The length and the dimension of Gaussian noise alone, from a spectrum that has lengths of 2:

    >>> from simulate.ensemble import ensemble
    >>> from simulate.hessian import sample
    >>> p = np.full((60, 3), 1 / 3)
    >>> r = p - np.eye(3)[np.arange(60) % 3]
    >>> def draw(own, rng):
    ...     noise = ensemble(p, r, Gamma=np.eye(3), sigma_E=own["sigma_E"], D=int(own["D"]))
    ...     return sample(noise, rng=rng).eigenvalues
    >>> seen = draw({"sigma_E": 2.0, "D": 50}, stream(1))
    >>> found = estimate(seen, start={"sigma_E": 1.0, "D": 80}, draw=draw, C=3)
    >>> bool(np.all((found.low < [2, 50]) & ([2, 50] < found.high))), found.p_after > 0.01
    (True, True)
    """
    observed = summary(_positive(eigenvalues, C), C=C)
    names = tuple(start)
    values = [checks.real(name, each, low=0, strict=True) for name, each in start.items()]
    centre = np.log(_whole(names, np.array(values), C))

    def drawn(number: int, centre: Array, width: Array) -> _Linear:
        streams = [stream(seed, "minimum distance", number, i) for i in range(DRAWS)]
        return _Linear.of(draw, names, centre, width, C=C, streams=streams)

    first = here = drawn(0, centre, np.full(len(names), WIDE))
    for number in range(1, PASSES):
        far = np.abs(here.centre - first.centre).max() > FARTHEST
        if far or here.settled(observed, names):
            break
        step, error = here.step(observed)
        centre = np.log(_whole(names, np.exp(here.centre + step.clip(-LONGEST, LONGEST)), C))
        here = drawn(number, centre, error.clip(NARROWEST, WIDEST))
    step, error = here.step(observed)
    half = stats.t.ppf((1 + LEVEL) / 2, here.freedom) * error
    end = here.centre + step
    everything, unmoved = np.eye(len(observed)), np.zeros(len(names))
    return Estimate(
        names=names,
        start=np.exp(first.centre),
        value=np.exp(end),
        low=np.exp(end - half),
        high=np.exp(end + half),
        error=error,
        distance_before=_rms(observed - first.mean),
        distance_after=_rms(observed - here.mean - here.slopes @ step),
        p_before=first.misfit(observed, unmoved, everything)[1],
        p_after=here.misfit(observed, step, here.contrasts)[1],
        settled=here.settled(observed, names),
    )


def summary(eigenvalues: Array, *, C: int) -> Array:
    """Logarithms that sum up a spectrum with C-1 outliers; 12 or fewer.

    Of the C-1 largest eigenvalues, in the mean over ranks that are close in proportion where there
    are more than 9; and of those behind them the largest, their sum, and the root of the sum of
    their squares. The bulk's lower end counts little, as dimensions without noise hardly enter G.
    """
    top, rest = eigenvalues[: C - 1], eigenvalues[C - 1 :].clip(min=0)
    starts = np.unique(np.geomspace(1, C, TOP + 1)[:-1].astype(int)) - 1 if C - 1 > TOP else None
    groups = np.split(top, np.arange(1, C - 1) if starts is None else starts[1:])
    bulk = [rest[0], rest.sum(), np.linalg.norm(rest)]
    return np.log([*(group.mean() for group in groups), *bulk])


@dataclass(frozen=True, eq=False)
class _Linear:
    """The summaries around one centre: ``mean + slopes δ``, residuals of ``covariance``."""

    centre: Array
    mean: Array
    slopes: Array
    covariance: Array
    precision: Array  # of the regression, (1 + k, 1 + k)
    freedom: int

    @classmethod
    def of(
        cls,
        draw: Draw,
        names: tuple[str, ...],
        centre: Array,
        width: Array,
        *,
        C: int,
        streams: list[np.random.Generator],
    ) -> _Linear:
        at, rows = [], []
        for rng in streams:
            drawn = np.exp(centre + width * rng.standard_normal(len(centre)))
            own = _whole(names, drawn, C)
            at.append(np.append(1.0, np.log(own) - centre))
            spectrum = draw(dict(zip(names, own.tolist(), strict=True)), rng)
            rows.append(summary(spectrum, C=C))
        design, seen = np.array(at), np.array(rows)
        precision = np.linalg.inv(design.T @ design)
        coefficients = precision @ design.T @ seen
        left = seen - design @ coefficients
        freedom = len(seen) - design.shape[1]
        return cls(
            centre=centre,
            mean=coefficients[0],
            slopes=coefficients[1:].T,
            covariance=left.T @ left / freedom,
            precision=precision,
            freedom=freedom,
        )

    def step(self, observed: Array) -> tuple[Array, Array]:
        """δ of least distance, and its standard error."""
        weighted = self.slopes / np.diag(self.covariance)[:, None]
        to_step = np.linalg.solve(self.slopes.T @ weighted, weighted.T)
        step = to_step @ (observed - self.mean)
        variance = np.diag(to_step @ self.covariance @ to_step.T)
        return step, np.sqrt(variance * self._inflation(step))

    @property
    def contrasts(self) -> Array:
        """What no parameter moves, (d, d - k)."""
        return linalg.null_space(self.slopes.T)

    def misfit(self, observed: Array, step: Array, contrasts: Array) -> tuple[float, float]:
        """χ² of contrasts (d, q) at δ = ``step``, over its mean, and p-value by Hotelling's law.

        Without contrasts, as many parameters as summaries, nothing is left to misfit: 1 and 1.
        """
        q = contrasts.shape[1]
        if q == 0:
            return 1.0, 1.0
        off = contrasts.T @ (observed - self.mean - self.slopes @ step)
        covariance = contrasts.T @ self.covariance @ contrasts * self._inflation(step)
        left = self.freedom - q + 1
        ratio = float(off @ np.linalg.solve(covariance, off)) * left / (q * self.freedom)
        return ratio, float(stats.f.sf(ratio, q, left))

    def settled(self, observed: Array, names: tuple[str, ...]) -> bool:
        """Whether the step is small against its error, D's rounding apart.

        Where the model is wrong the slopes' own error times what is left moves the end by more:
        the error counts times the root of χ² over its mean (Birge 1932).
        """
        step, error = self.step(observed)
        ratio, _ = self.misfit(observed, step, self.contrasts)
        rounding = np.array([0.5 if name == "D" else 0.0 for name in names]) / np.exp(self.centre)
        slack = SETTLED * error * max(ratio, 1) ** 0.5 + rounding
        return bool(np.all(np.abs(step) < slack))

    def _inflation(self, step: Array) -> float:
        """Variance of a new draw about the regression at δ, over that of the residuals."""
        place = np.append(1.0, step)
        return 1 + float(place @ self.precision @ place)


def _positive(eigenvalues: ArrayLike, C: int) -> Array:
    values = checks.array("eigenvalues", eigenvalues, ndim=1)
    checks.integer("C", C, low=2)
    count = int((values > 0).sum())
    if count < C:
        raise checks.InputError(f"eigenvalues must have at least C = {C} above 0, got {count}")
    return values


def _whole(names: tuple[str, ...], values: Array, C: int) -> Array:
    """The parameters with D a whole number, at least C."""
    return np.array(
        [max(round(x), C) if name == "D" else x for name, x in zip(names, values, strict=True)],
        dtype=float,
    )


def _rms(values: Array) -> float:
    return float(np.sqrt((values**2).mean()))
