"""The judgement of records whose errors are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import ArrayLike

from figures.judge.errors import OTHER
from figures.judge.judgement import MENDED, SHUFFLED, best, judge, mended
from figures.judge.thresholds import QUANTITIES, Thresholds
from figures.reports.levels import verdict
from theory.levels import LEVELS, after

NAMES = list(LEVELS)


TOP = 3


def found(
    *,
    outliers: ArrayLike = 0.0,
    share: ArrayLike = 0.0,
    bulk: ArrayLike = 0.0,
    edge: ArrayLike = 0.0,
    samples: float | None = None,
    shuffled: float | None = None,
) -> xr.Dataset:
    """A record of one epoch with these errors, each one number or one for each level.

    ``samples`` are what two samples differ by, ``shuffled`` the errors against shuffled outputs.
    """
    sources = NAMES if samples is None else [*NAMES, OTHER]

    def spread(values, other):
        each = np.broadcast_to(values, len(NAMES))
        return each if samples is None else np.append(each, other)

    other = 0.0 if samples is None else samples
    rows = np.outer(spread(outliers, other), [0.5, -1, 0.3])
    arrays = {
        "outlier_error": (("epoch", "source", "outlier"), rows[None]),
        "outlier_error_std": (("epoch", "source", "outlier"), np.full((1, len(rows), TOP), 0.01)),
        "share_error": (("epoch", "source"), spread(share, other)[None]),
        "bulk_distance": (("epoch", "source"), spread(bulk, other)[None]),
        "edge_error": (("epoch", "level"), np.broadcast_to(edge, len(NAMES))[None]),
    }
    if samples is not None:
        arrays["edge_difference"] = (("epoch", "level"), np.full((1, len(NAMES)), samples))
    if shuffled is not None:
        whole = np.full((1, len(NAMES)), shuffled)
        arrays["shuffled_outlier_error"] = (
            ("epoch", "level", "outlier"),
            np.broadcast_to(whole[..., None], (1, len(NAMES), TOP)),
        )
        for name in ("share_error", "bulk_distance", "edge_error"):
            arrays[f"shuffled_{name}"] = (("epoch", "level"), whole)
    return xr.Dataset(arrays, coords={"epoch": [1.0], "source": sources, "level": NAMES})


def verdicts(record: xr.Dataset, quantity: str, **thresholds) -> list[str]:
    judgements = judge(record, thresholds=Thresholds(**thresholds))
    return [each.judged[quantity].verdict for each in judgements]


def told(record: xr.Dataset) -> str:
    """All that is said of the one epoch."""
    ((*lines,),) = verdict.sentences(record, thresholds=Thresholds())
    return " ".join(lines)


@pytest.mark.parametrize(
    ("quantity", "error"),
    [("outliers", "outliers"), ("worst", "outliers"), ("share", "share"), ("bulk", "bulk"),
     ("edge", "edge")],
)  # fmt: skip
def test_each_quantity_has_its_threshold_and_two_samples(quantity, error):
    size = 0.6 if quantity == "outliers" else 1.0  # of the mean of the three outliers' sizes
    errors: dict[str, Any] = {error: [0.1, 0.2, 0.3, 0.4]}
    record = found(**errors, samples=0.3)
    limit = 0.101 * size
    assert verdicts(record, quantity, **{quantity: limit}) == [
        "holds",
        "within what two samples differ by",
        "within what two samples differ by",
        "fails",
    ]
    alone = found(**errors)
    assert verdicts(alone, quantity, **{quantity: limit}) == ["holds", "fails", "fails", "fails"]
    for other in set(QUANTITIES) - {quantity, "outliers", "worst"}:
        assert set(verdicts(record, other)) == {"holds"}


def test_a_missing_outlier_fails_whatever_the_number_of_classes():
    record = found()
    record.outlier_error[0, 0, -1] = -1  # a level that predicts no eigenvalue of this rank
    assert verdicts(record, "worst") == ["fails", "holds", "holds", "holds"]


def test_eigenvalues_do_not_hold_for_the_bulk():
    record = found(edge=0.5)
    assert set(verdicts(record, "worst")) == {"holds"}
    assert set(verdicts(record, "edge")) == {"fails"}
    line = told(record)
    assert "upper edge 50.0%, fails" in line
    assert "Fails at every level: upper edge" in line


def test_a_cause_is_named_only_if_the_next_level_mends_its_number():
    hardly = mended(found(outliers=[0.30, 0.28, 0.27, 0.26]))
    assert hardly == []
    line = told(found(outliers=[0.30, 0.28, 0.27, 0.26]))
    assert "Broken" not in line
    causes = mended(found(share=[0.3, 0.02, 0.02, 0.02]))
    assert [(each.level, each.by, each.quantity) for each in causes] == [("FG", "cluster", "share")]
    line = told(found(share=[0.3, 0.02, 0.02, 0.02]))
    assert "Broken at level FG: one mean for each logit, whatever the true class" in line
    assert "share from 0.300 to 0.020." in line


def test_a_mend_that_is_not_enough_is_told_as_such():
    below, above = 0.4 * MENDED * 0.9, 0.4 * MENDED * 1.1
    (cause,) = mended(found(bulk=[0.4, below, below, below]))
    assert cause.after.verdict == "fails"
    line = told(found(bulk=[0.4, below, below, below]))
    assert "(still fails)" in line
    assert mended(found(bulk=[0.4, above, above, above])) == []


def test_nothing_is_broken_where_the_model_beats_two_samples():
    record = found(outliers=[0.30, 0.01, 0.01, 0.01], samples=0.4)
    assert mended(record) == []
    assert mended(found(outliers=[0.30, 0.01, 0.01, 0.01], samples=0.2)) != []


def test_shuffled_outputs_mend_only_the_assumption_that_they_make_true():
    causes = mended(found(share=0.3, shuffled=0.01))
    assert [(each.level, each.by, each.quantity) for each in causes] == [
        ("cluster", SHUFFLED, "share")
    ]
    assert mended(found(share=0.3, shuffled=0.2)) == []


def test_intervals_are_those_of_independent_outliers():
    judged = judge(found(outliers=0.2))[0].judged
    assert judged["worst"].interval == pytest.approx(1.96 * 0.01)
    assert judged["outliers"].interval == pytest.approx(1.96 * 0.01 / np.sqrt(TOP))
    assert np.isnan(judged["share"].interval)
    assert verdict.numbers(judge(found())[0])["share"]["interval"] is None


def test_the_simplest_level_that_does_not_fail_is_shown():
    record = found(share=[0.3, 0.2, 0.01, 0.01], bulk=[0.9, 0.8, 0.6, 0.7])
    table = verdict.simplest(record, thresholds=Thresholds()).splitlines()[-1]
    assert "weighted 0.010 holds" in table
    assert "none; weighted 60.0%" in table
    assert str(best(record).item()) == "weighted"


def test_the_levels_go_from_the_simplest_on():
    assert [after(name) for name in NAMES] == [*[LEVELS[name] for name in NAMES[1:]], None]
    assert len({each.color for each in LEVELS.values()}) == len(LEVELS)
    assert len({each.marker for each in LEVELS.values()}) == len(LEVELS)
