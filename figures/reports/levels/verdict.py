"""Where the theory holds and where it breaks, in words and tables: what both reports say first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr

from figures.judge.judgement import SHUFFLED, Judged, Judgement, Mended, best, judge, mended
from figures.judge.thresholds import QUANTITIES, Thresholds
from figures.reports.tables import markdown
from theory.levels import LEVELS

HEADER = {
    "outliers": "outliers, mean",
    "worst": "outliers, worst",
    "share": "share",
    "bulk": "bulk",
    "edge": "upper edge",
}
SHORT = {"holds": "holds", "within what two samples differ by": "within", "fails": "fails"}


def told(found: xr.Dataset, *, thresholds: Thresholds) -> str:
    """What of the theory holds and what breaks: in a line, a small table, and by epoch."""
    listed = []
    for first, *others in sentences(found, thresholds=thresholds):
        listed += [f"- {first}", *[f"  - {line}" for line in others]]
    return "\n\n".join(
        [
            summary(found, thresholds=thresholds),
            "The simplest level that predicts each number, with its error, or the least error "
            "where none does:",
            simplest(found, thresholds=thresholds),
            "\n".join(listed),
        ]
    )


def summary(found: xr.Dataset, *, thresholds: Thresholds) -> str:
    """How many of the quantities hold at each level, over all epochs."""
    judgements = judge(found, thresholds=thresholds)
    counts = []
    for level in LEVELS:
        own = [each for each in judgements if each.level == level]
        held, within = (
            sum(len(each.with_verdict(verdict)) for each in own)
            for verdict in ("holds", "within what two samples differ by")
        )
        counts.append(f"{level} {held}" + (f" (and {within} more)" if within else ""))
    text = (
        f"Of {len(QUANTITIES) * found.sizes['epoch']} numbers, {len(QUANTITIES)} at each epoch, "
        f"within the threshold at each level: {', '.join(counts)}."
    )
    if "edge_difference" in found:
        text += " In brackets: off by more, but by no more than two samples of the network differ."
    return text


def simplest(found: xr.Dataset, *, thresholds: Thresholds) -> str:
    """The simplest level that does not fail, for each epoch and quantity, with its error."""
    judgements = judge(found, thresholds=thresholds)
    rows = []
    for epoch in found.epoch.values:
        own = [each for each in judgements if each.epoch == epoch]
        rows.append([f"{epoch:g}", *[_simplest(own, name) for name in QUANTITIES]])
    return markdown(["epoch", *HEADER.values()], rows)


def sentences(found: xr.Dataset, *, thresholds: Thresholds) -> list[list[str]]:
    """For each epoch: the best level and its verdicts, each cause with its number, what is left."""
    judgements = judge(found, thresholds=thresholds)
    causes = mended(found, thresholds=thresholds)
    winners = best(found)
    out: list[list[str]] = []
    for epoch in found.epoch.values:
        own = [each for each in judgements if each.epoch == epoch]
        winner = str(winners.sel(epoch=epoch).item())
        (nearest,) = [each for each in own if each.level == winner]
        lines = [f"Epoch {epoch:g}: nearest is **{winner}**. {_verdicts(nearest)}."]
        lines += _causes([each for each in causes if each.epoch == epoch])
        left = [
            name for name in QUANTITIES if all(each.judged[name].verdict == "fails" for each in own)
        ]
        if left:
            lines.append(_left(own, left))
        out.append(lines)
    return out


def errors(found: xr.Dataset, *, thresholds: Thresholds) -> str:
    """One row for each epoch and level, every error with its interval and its verdict."""
    winners = best(found)
    rows = []
    for each in judge(found, thresholds=thresholds):
        own = found.sel(epoch=each.epoch)
        bold = "**" if str(winners.sel(epoch=each.epoch).item()) == each.level else ""
        first = float(own.outlier_error.sel(source=each.level)[0])
        cells = [f"{each.epoch:g}", f"{bold}{each.level}{bold}", f"{first:+.1%}"]
        cells += [
            f"{_with_interval(name, one)} {SHORT[one.verdict]}" for name, one in each.judged.items()
        ]
        rows.append(cells)
        last = each.level == list(LEVELS)[-1]
        if last and "edge_difference" in own:
            first = float(own.outlier_error.sel(source="other examples")[0])
            samples = [f"{_number(name, one.samples)}" for name, one in each.judged.items()]
            rows.append([f"{each.epoch:g}", "two samples", f"{first:+.1%}", *samples])
    return markdown(["epoch", "level", "λ_max", *HEADER.values()], rows)


def thresholds_told(thresholds: Thresholds) -> str:
    """Each quantity, what it is, and the most by which it may be off."""
    limits = asdict(thresholds)
    rows = [[HEADER[name], QUANTITIES[name], _number(name, limits[name])] for name in QUANTITIES]
    return markdown(["quantity", "meaning", "holds up to"], rows)


def numbers(judgement: Judgement) -> dict[str, Any]:
    """A judgement as plain numbers for JSON; what is not known is None."""
    return {
        name: {key: None if np.isnan(value) else value for key, value in asdict(one).items()}
        | {"verdict": one.verdict}
        for name, one in judgement.judged.items()
    }


def _simplest(judgements: Sequence[Judgement], name: str) -> str:
    for each in judgements:
        one = each.judged[name]
        if one.verdict != "fails":
            return f"{each.level} {_number(name, one.error)} {SHORT[one.verdict]}"
    least = min(judgements, key=lambda each: each.judged[name].error)
    return f"none; {least.level} {_number(name, least.judged[name].error)}"


def _verdicts(judgement: Judgement) -> str:
    parts = []
    for name, one in judgement.judged.items():
        samples = ""
        if one.verdict != "holds" and not np.isnan(one.samples):
            of = "" if one.verdict != "fails" else "two samples: "
            samples = f" ({of}{_number(name, one.samples)})"
        parts.append(f"{HEADER[name]} {_with_interval(name, one)}, {one.verdict}{samples}")
    text = "; ".join(parts)
    return text[0].upper() + text[1:]


def _causes(causes: Sequence[Mended]) -> list[str]:
    """One sentence for each assumption that broke: what takes it away, and the numbers."""
    lines = []
    for level in dict.fromkeys(each.level for each in causes):
        ways = []
        for by in dict.fromkeys(each.by for each in causes if each.level == level):
            way = (
                "exchanging the outputs within each class"
                if by == SHUFFLED
                else f"{LEVELS[by].adds} (level {by})"
            )
            own = [each for each in causes if (each.level, each.by) == (level, by)]
            ways.append(f"{way} changes {', '.join(map(_change, own))}")
        lines.append(f"Broken at level {level}: {LEVELS[level].assumes}; {'; '.join(ways)}.")
    return lines


def _change(one: Mended) -> str:
    before, after = (_number(one.quantity, each.error) for each in (one.before, one.after))
    still = " (still fails)" if one.after.verdict == "fails" else ""
    return f"{HEADER[one.quantity]} from {before} to {after}{still}"


def _left(judgements: Sequence[Judgement], left: Sequence[str]) -> str:
    """What fails at every level."""
    parts = []
    for name in left:
        least = min(judgements, key=lambda each: each.judged[name].error)
        one = least.judged[name]
        known = "" if np.isnan(one.samples) else f"; two samples: {_number(name, one.samples)}"
        parts.append(f"{HEADER[name]} (least at {least.level}, {_number(name, one.error)}{known})")
    return f"Fails at every level: {'; '.join(parts)}."


def _number(name: str, value: float) -> str:
    return f"{value:.3f}" if name == "share" else f"{value:.1%}"


def _with_interval(name: str, one: Judged) -> str:
    text = _number(name, one.error)
    return text if np.isnan(one.interval) else f"{text} ± {_number(name, one.interval)}"
