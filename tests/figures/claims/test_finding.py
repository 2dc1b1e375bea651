"""Verdicts over training, tests against a bound, and the order of what fails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from figures.claims.finding import SURE, Evidence, Finding, estimated, worst_first
from figures.judge.judgement import Judged
from theory import stream


def finding(errors, *, claim="claim", network="network", bound=0.1, samples=np.nan):
    evidence = [
        Evidence(judged=Judged(error, np.nan, bound, samples), number="", epoch=float(epoch))
        for epoch, error in enumerate(errors)
    ]
    return Finding(kind="property", claim=claim, network=network, evidence=tuple(evidence))


@pytest.mark.parametrize(
    ("errors", "verdict", "where"),
    [
        ([0.0, 0.1, 0.05], "holds", "at every epoch"),
        ([0.0, 0.2, 0.3], "fails", "from epoch 1 on"),
        ([0.0, 0.0, 0.3], "fails", "at epoch 2"),
        ([0.2, 0.0, 0.3], "fails", "at epochs 0, 2"),
    ],
)
def test_the_verdict_is_the_worst_and_says_from_where_on(errors, verdict, where):
    found = finding(errors)
    assert (found.verdict, found.where) == (verdict, where)
    assert found.worst.judged.error == max(errors)


def test_what_sampling_leaves_open_does_not_fail():
    assert finding([0.2], samples=0.25).verdict == "within what two samples differ by"


def test_what_has_no_epoch_has_no_where():
    evidence = Evidence(judged=Judged(1.0, np.nan, 0.1, np.nan), number="")
    found = Finding(kind="property", claim="a", network="b", evidence=(evidence,))
    assert found.where == ""


@pytest.mark.slow
def test_an_error_at_its_bound_fails_as_rarely_as_stated():
    """Standard errors with 9 degrees of freedom: 1 in 1000, where normal ones would be 5."""
    rng, count = stream(0, "finding"), 20_000
    blocks = rng.standard_normal((count, 10))
    error = blocks.std(axis=1, ddof=1) / np.sqrt(10)
    failed = 0
    for mean, own in zip(blocks.mean(axis=1).tolist(), error.tolist(), strict=True):
        one = estimated(1 + mean, standard_error=own, bound=1.0, told=lambda x, half: "")
        failed += one.judged.verdict == "fails"
        assert (one.p < SURE) == (one.judged.verdict == "fails")
    low, high = stats.binom(count, SURE).ppf([1e-4, 1 - 1e-4])
    assert low <= failed <= high
    normal = np.mean(blocks.mean(axis=1) / error > stats.norm.ppf(1 - SURE))
    assert normal * count > high


def test_claims_that_fail_on_more_networks_come_first_then_the_greater_excess():
    findings = [
        finding([0.05], claim="holds"),
        finding([0.2], claim="twice", network="a"),
        finding([0.3], claim="thrice", network="a"),
        finding([0.2], claim="both", network="a"),
        finding([0.25], claim="both", network="b"),
        finding([0.0], claim="twice", network="b"),
        finding([0.0], claim="thrice", network="b"),
    ]
    groups = worst_first(findings)
    assert [group[0].claim for group in groups] == ["both", "thrice", "twice", "holds"]
    assert [each.network for each in groups[0]] == ["b", "a"]
