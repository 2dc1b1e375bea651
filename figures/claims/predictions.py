"""What each level predicts, as ``figures.fit`` found it: claims on one network."""

from __future__ import annotations

import numpy as np
import xarray as xr

from figures.claims.finding import Evidence, Finding
from figures.judge.judgement import Judged, judge
from figures.judge.thresholds import QUANTITIES, Thresholds
from theory.levels import LEVELS

WORDS = {
    "outliers": "outliers in the mean",
    "worst": "worst outlier",
    "share": "gradient's share on the outliers",
    "bulk": "bulk",
    "edge": "upper edge of the bulk",
}


def claim(quantity: str, level: str) -> str:
    """What is claimed: that a level predicts a quantity.

    Examples
    --------
    >>> claim("bulk", "FG")
    'level FG predicts the bulk'
    """
    return f"level {level} predicts the {WORDS[quantity]}"


def predictions(found: xr.Dataset, *, network: str, thresholds: Thresholds) -> list[Finding]:
    """One finding for each level and quantity, from a record of ``figures.fit``."""
    judgements = judge(found, thresholds=thresholds)
    return [
        Finding(
            kind="prediction",
            claim=claim(quantity, level),
            network=network,
            evidence=tuple(
                Evidence(
                    judged=each.judged[quantity],
                    number=f"off by {_told(quantity, each.judged[quantity])}",
                    epoch=each.epoch,
                )
                for each in judgements
                if each.level == level
            ),
        )
        for quantity in QUANTITIES
        for level in LEVELS
    ]


def _told(quantity: str, one: Judged) -> str:
    """With its interval, where one is known, and its bound."""
    half = "" if np.isnan(one.interval) else f" ± {number(quantity, one.interval)}"
    bound = number(quantity, one.threshold)
    return f"{number(quantity, one.error)}{half} (holds up to {bound})"


def number(quantity: str, error: float) -> str:
    """A share's error is absolute, all others are relative.

    Examples
    --------
    >>> number("share", 0.0512), number("bulk", 0.0512)
    ('0.051', '5.1%')
    """
    return f"{error:.3f}" if quantity == "share" else f"{error:.1%}"
