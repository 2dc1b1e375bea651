"""Tests of the assumptions: they hold on draws of the model, and each fails where it is broken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from empirical.estimates.normality import kurtosis
from figures.claims.assumptions import ASSUMPTIONS, assumptions
from tests.support.draws import drawn_records
from tests.support.draws.drawn_records import OTHERS, C, D, Truth
from theory import stream

GROUPS = ("logits", "clustering", "model", "noise", "tests")
LENGTH = 2.0
MEANS = np.tile(LENGTH * np.eye(C, D), (C, 1))  # of each logit, whatever the class
FLAT = np.full(D, 1 / D)
TRUE = Truth(means=MEANS, T=FLAT, K_C=np.eye(C))
INDEPENDENT = "outputs independent of the logit gradients within a class"
APART = "clustering: q_SL is far above q_DL"


def found(truth, *, seed=0, curvature=0.02):
    record = drawn_records.record(truth, seed=seed, groups=GROUPS)
    known = {"weights": D, "curvature_ratio": curvature, "curvature_ratio_error": 0.002}
    return {each.claim: each for each in assumptions(record.assign(known), network="drawn")}


@pytest.fixture(scope="module")
def drawn():
    return [found(TRUE, seed=seed) for seed in range(2)]


@pytest.mark.parametrize("claim", ASSUMPTIONS)
def test_each_holds_on_draws_of_the_model(drawn, claim):
    verdicts = [each[claim].verdict for each in drawn]
    assert "fails" not in verdicts
    assert "holds" in verdicts


BROKEN = {
    INDEPENDENT: replace(TRUE, slope=2.0),
    APART: replace(TRUE, means=MEANS + 3 * np.eye(1, D, C)),
    "isotropic noise": replace(TRUE, T=np.arange(1, D + 1.0) ** -0.7 / 40),
}


@pytest.mark.parametrize("claim", BROKEN)
def test_one_that_is_broken_fails(claim):
    failed = found(BROKEN[claim])[claim]
    assert failed.verdict == "fails"
    assert failed.worst.p < 1e-3


def test_strong_curvature_fails():
    own = found(TRUE, curvature=0.5)["weak logit curvature"]
    assert own.verdict == "fails"
    assert own.worst.number.startswith("‖K‖/‖G‖ = 0.5000 ± 0.0045")


def test_lengths_that_differ_between_examples_are_no_gaussian_noise():
    rng = stream(3, "lengths")
    sample = drawn_records.sample(TRUE, rng.permutation(drawn_records.labels(OTHERS)), rng=rng)
    lengths = torch.from_numpy(rng.choice([1.0, 2.0], OTHERS))[:, None].expand(OTHERS, C)
    scaled = replace(sample, gradients=sample.gradients.scaled(lengths))
    before, after = kurtosis(sample), kurtosis(scaled)
    record = drawn_records.record(TRUE, seed=0, groups=GROUPS)
    known = {"weights": D, "curvature_ratio": 0.0, "curvature_ratio_error": 0.1}
    for one, verdict in (
        (before, {"holds", "within what two samples differ by"}),
        (after, {"fails"}),
    ):
        own = record.assign(
            known | {"noise_kurtosis": one.value, "noise_kurtosis_error": one.error}
        )
        by = {each.claim: each.verdict for each in assumptions(own, network="drawn")}
        assert by["Gaussian noise"] in verdict
