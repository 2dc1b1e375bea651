"""A claim on one network: its evidence over training, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
from scipy import stats

from figures.judge.judgement import Judged, Verdict

Kind = Literal["property", "prediction", "assumption"]
VERDICTS: tuple[Verdict, ...] = ("fails", "within what two samples differ by", "holds")
SURE = 0.001  # a test fails where what is beyond the bound has at most this chance
BLOCKS = 10  # of the jackknife that standard errors come from


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One number against its bound.

    Attributes
    ----------
    judged
        The error, its interval and its bound.
    number
        What was found, in words.
    epoch
        NaN of what is no point of training.
    p
        Chance of an error as large if the true one is at the bound; NaN without a test.
    """

    judged: Judged
    number: str
    epoch: float = np.nan
    p: float = np.nan

    @property
    def severity(self) -> tuple[int, float]:
        """Greater for a worse verdict, and for an error that is a greater multiple of its bound."""
        excess = self.judged.error / self.judged.threshold if self.judged.threshold else np.inf
        return -VERDICTS.index(self.judged.verdict), excess


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A claim on one network, with its evidence in the order of training.

    Attributes
    ----------
    claim
        What is claimed, in the words of ``properties``, ``predictions`` or ``assumptions``.
    network
        Its name.
    """

    kind: Kind
    claim: str
    network: str
    evidence: tuple[Evidence, ...]

    @property
    def worst(self) -> Evidence:
        """The evidence that is most against the claim."""
        return max(self.evidence, key=lambda each: each.severity)

    @property
    def verdict(self) -> Verdict:
        """The worst over training."""
        return self.worst.judged.verdict

    @property
    def where(self) -> str:
        """The epochs that have the verdict, as ``from epoch 3 on``; empty without epochs."""
        epochs = [each.epoch for each in self.evidence]
        if np.isnan(epochs).any():
            return ""
        runs = [
            (verdict, [each.epoch for each in group])
            for verdict, group in groupby(self.evidence, lambda each: each.judged.verdict)
        ]
        own = [run for verdict, run in runs if verdict == self.verdict]
        if len(runs) == 1:
            return "at every epoch"
        if len(own) == 1 and own[0][-1] == epochs[-1]:
            return f"from epoch {own[0][0]:g} on" if len(own[0]) > 1 else f"at epoch {own[0][0]:g}"
        listed = ", ".join(f"{epoch:g}" for run in own for epoch in run)
        return f"at epoch{'s' * (',' in listed)} {listed}"


def estimated(
    value: float,
    *,
    standard_error: float,
    bound: float,
    told: Callable[[float, float], str],
    epoch: float = np.nan,
    degrees: float = BLOCKS - 1,
) -> Evidence:
    """Evidence of an error that is estimated, with its 95 % interval and a one-sided test.

    It fails where an error at the bound would be found as large with a chance below ``SURE``.

    Parameters
    ----------
    value
        The error; claims hold up to ``bound``.
    told
        Words for the value and half of its interval.
    degrees
        Of freedom of the standard error; infinite where it is known.

    Examples
    --------
    >>> found = estimated(0.5, standard_error=0.02, bound=0.1, told=lambda x, e: f"{x} ± {e:.3f}")
    >>> found.judged.verdict, found.number, found.p < 1e-7
    ('fails', '0.5 ± 0.045', True)
    """
    law = stats.t(degrees)
    half = float(law.ppf(0.975)) * standard_error
    reach = float(law.ppf(1 - SURE)) * standard_error
    p = float(law.sf((value - bound) / standard_error)) if standard_error > 0 else np.nan
    judged = Judged(error=value, interval=half, threshold=bound, samples=bound + reach)
    return Evidence(judged=judged, number=told(value, half), epoch=epoch, p=p)


def by_claim(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """The findings of each claim, claims as they come."""
    found: dict[str, list[Finding]] = {}
    for each in findings:
        found.setdefault(each.claim, []).append(each)
    return found


def worst_first(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Groups of one claim: first what fails on most networks, then by the greatest excess.

    In each group the worst network comes first.
    """
    groups = [
        sorted(group, key=lambda each: each.worst.severity, reverse=True)
        for group in by_claim(findings).values()
    ]

    def badness(group: list[Finding]) -> tuple[float, ...]:
        verdicts = [each.verdict for each in group]
        counts = [verdicts.count(verdict) / len(group) for verdict in VERDICTS[:2]]
        return (*counts, group[0].worst.severity[1])

    return sorted(groups, key=badness, reverse=True)
