"""The report of all claims on all networks: what fails first, then everything, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from figures.claims.assumptions import ASSUMPTIONS
from figures.claims.finding import (
    SURE,
    VERDICTS,
    Evidence,
    Finding,
    Kind,
    by_claim,
    worst_first,
)
from figures.claims.properties import JUDGED
from figures.judge.thresholds import Thresholds
from figures.reports import provenance
from figures.reports.glossary import glossary
from figures.reports.levels import fit as fits
from figures.reports.levels import parameters, verdict
from figures.reports.tables import markdown, plain

if TYPE_CHECKING:
    from figures.claims.study import Studied

KINDS: dict[Kind, str] = {
    "property": "The four properties of the paper",
    "assumption": "The assumptions of the model",
    "prediction": "The predictions of each level",
}
HEADINGS = ("fail", "are within what two samples differ by", "hold")
FAST = (
    "**A fast report: small networks, few examples, eight epochs.** It shows what the page is, and "
    "judges less than it seems to: λ_max may still be rising where it is said not to fall, few "
    "examples make outliers scatter, and few planes the zone. Verdicts to quote are those of the "
    "report without `--fast`."
)
SHORT = {"fails": "fails", "within what two samples differ by": "within", "holds": "holds"}


def text(
    findings: Sequence[Finding],
    *,
    studied: Mapping[str, Studied],
    thresholds: Thresholds,
    pictures: Mapping[str, Mapping[str, str]],
    made_by: Mapping[str, Any],
    fast: bool = False,
) -> str:
    """The page in Markdown.

    Parameters
    ----------
    findings
        Every claim on every network.
    studied
        Records of each network, by its name.
    pictures
        By heading (a network's name, a kind, or a title of their own): what the text calls each
        picture, and the words under it.
    fast
        Say that networks are small and trained briefly.
    """
    parts = [
        "# Where the random-matrix model of the loss landscape fails on real networks, and where "
        "it holds",
        *([FAST] if fast else []),
        counted(findings),
        tally(findings),
        "## What fails, worst first",
        failing(findings),
        "## What no network is against",
        _listed(group for group in worst_first(findings) if group[0].verdict != "fails"),
    ]
    for kind, title in KINDS.items():
        own = [each for each in findings if each.kind == kind]
        parts += [f"## {title}", grid(own), *_shown(pictures, kind)]
    parts += ["## How each is judged", *_rules(thresholds)]
    for name, each in studied.items():
        own = [finding for finding in findings if finding.network == name]
        parts += [
            f"## {name}",
            f"{each.described}.",
            verdict.told(each.found, thresholds=thresholds),
            *_shown(pictures, name),
            "Every number behind a verdict on properties and assumptions.",
            evidence([one for one in own if one.kind != "prediction"]),
            "Errors of each level; the nearest is bold.",
            verdict.errors(each.found, thresholds=thresholds),
            *parameters.told(each.measured, each.found),
        ]
    for title in pictures:
        if title not in KINDS and title not in studied:
            parts += [f"## {title}", *_shown(pictures, title)]
    parts += ["## Glossary", glossary(), "## Provenance", provenance.told(made_by)]
    return "\n\n".join(parts) + "\n"


def counted(findings: Sequence[Finding]) -> str:
    """How many claims on how many networks have each verdict.

    In the order of ``VERDICTS``, the worst first.
    """
    networks = dict.fromkeys(each.network for each in findings)
    counts = [
        f"{sum(each.verdict == one for each in findings)} "
        + {"fails": "fail", "holds": "hold"}.get(one, f"are {one}")
        for one in VERDICTS
    ]
    return (
        f"{len(by_claim(findings))} claims on each of {len(networks)} networks "
        f"({', '.join(networks)}): {', '.join(counts)}. A claim has the worst of its verdicts over "
        "training. Nothing is fitted to what is judged."
    )


def tally(findings: Sequence[Finding]) -> str:
    """The same by kind of claim."""
    rows = []
    for kind, title in KINDS.items():
        own = [each.verdict for each in findings if each.kind == kind]
        rows.append([title, *[f"{own.count(verdict)} of {len(own)}" for verdict in VERDICTS]])
    return markdown(["claims, on all networks", *HEADINGS], rows)


def failing(findings: Sequence[Finding]) -> str:
    """A line for each claim that fails on a network, the worst first."""
    return _listed(group for group in worst_first(findings) if group[0].verdict == "fails")


def grid(findings: Sequence[Finding]) -> str:
    """The verdict of each claim on each network, and where it is the worst."""
    networks = list(dict.fromkeys(each.network for each in findings))
    rows = []
    for claim, group in by_claim(findings).items():
        at = {each.network: each for each in group}
        rows.append([claim, *[_cell(at[name]) if name in at else "–" for name in networks]])
    return markdown(["claim", *networks], rows)


def evidence(findings: Sequence[Finding]) -> str:
    """Every number, with its bound, the p-value where there is one, and the verdict."""
    rows = []
    for finding in findings:
        for each in finding.evidence:
            rows.append(
                [
                    finding.claim,
                    "" if np.isnan(each.epoch) else f"{each.epoch:g}",
                    each.number,
                    plain(each.judged.error),
                    plain(each.judged.threshold),
                    _p(each.p),
                    SHORT[each.judged.verdict],
                ]
            )
    header = ["claim", "epoch", "measured", "error", "holds up to", "p", "verdict"]
    return markdown(header, rows)


def numbers(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The same for JSON, worst first; what is not known is None."""
    return [
        {
            "kind": each.kind,
            "claim": each.claim,
            "network": each.network,
            "verdict": each.verdict,
            "evidence": [
                {
                    "epoch": _known(one.epoch),
                    "error": _known(one.judged.error),
                    "interval": _known(one.judged.interval),
                    "bound": one.judged.threshold,
                    "p": _known(one.p),
                    "verdict": one.judged.verdict,
                    "told": one.number,
                }
                for one in each.evidence
            ],
        }
        for group in worst_first(findings)
        for each in group
    ]


def line(group: Sequence[Finding]) -> str:
    """One claim on all networks: how many it fails on, and the worst of them with its number."""
    first = group[0]
    same = [each for each in group if each.verdict == first.verdict]
    worst = "worst" if first.verdict == "fails" else "nearest to failing"
    so = "fails" if first.verdict == "fails" else "so"
    where = "" if first.verdict == "holds" or not first.where else f"; {so} {first.where}"
    bound = "" if first.kind == "prediction" else f" ({_bound(first.worst)})"
    return (
        f"**{first.claim}**: {first.verdict} on {len(same)} of {len(group)} networks, {worst} "
        f"{first.network}: {_number(first.worst)}{bound}{where}"
    )


def _listed(groups: Any) -> str:
    lines = [f"- {line(group)}." for group in groups]
    return "\n".join(lines) or "Nothing."


def _number(one: Evidence) -> str:
    at = "" if np.isnan(one.epoch) else f" at epoch {one.epoch:g}"
    return f"{one.number}{at}"


def _bound(one: Evidence) -> str:
    return f"error {plain(one.judged.error)}, holds up to {plain(one.judged.threshold)}"


def _cell(finding: Finding) -> str:
    where = f" {finding.where}" if finding.where and finding.verdict != "holds" else ""
    return f"{SHORT[finding.verdict]}{where}"


def _p(p: float) -> str:
    if np.isnan(p):
        return ""
    return "< 10⁻⁹" if p < 1e-9 else plain(p, digits=2)


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _shown(pictures: Mapping[str, Mapping[str, str]], title: str) -> list[str]:
    parts = []
    for name, words in pictures.get(title, {}).items():
        parts += [f"![{words}]({name})", words]
    return parts


def _rules(thresholds: Thresholds) -> list[str]:
    rows = [[claim, how, plain(bound)] for claim, (how, bound) in JUDGED.items()]
    rows += [[claim, each.statistic, plain(each.bound)] for claim, each in ASSUMPTIONS.items()]
    return [
        "A claim **holds** where its error is within a bound; is **within what two samples differ "
        "by** where it is beyond, but sampling leaves open whether it is; and else **fails**. Of "
        "properties and predictions sampling is what as many other examples of the same network "
        f"give; assumptions are tested one-sidedly at p = {SURE}, so that of a thousand that were "
        "exactly at their bound one would be said to fail. A p-value is the chance of an error as "
        "large if the true one were at the bound.",
        markdown(["claim", "error", "holds up to"], rows),
        "The predictions are those of `fit`:",
        verdict.thresholds_told(thresholds),
        fits.levels(),
    ]
