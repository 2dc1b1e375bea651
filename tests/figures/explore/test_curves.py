"""Each curve of the page against exact limits and the functions of the same name."""

from dataclasses import replace

import pytest

from figures import predict
from figures.explore import curves
from figures.explore.question import PREVIEW, Question
from theory import InputError, Params, rem, threshold
from theory.averaged import goldilocks, sharpness

PARAMS = Params(N=60, C=3, D=200, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


def test_the_threshold_of_undecided_outputs_is_that_in_closed_form():
    undecided = replace(PARAMS, sigma_z=1e-4)
    told = curves.phase(Question(undecided))
    D = [round(60 * 2 / aspect) for aspect in told["aspect"]]
    expected = [threshold.equal_outputs_ratio(N=60, C=3, D=n) for n in D]
    assert told["ratio"] == pytest.approx(expected, rel=1e-3)
    assert told["ratio"] != pytest.approx([1.01 * x for x in expected], rel=1e-3)


@pytest.mark.parametrize("side", [0.8, 1.25])
def test_outliers_are_where_the_point_lies_left_of_the_line(side):
    told = curves.phase(Question(PARAMS))
    i = len(told["aspect"]) // 2
    D = round(PARAMS.N * (PARAMS.C - 1) / told["aspect"][i])
    moved = replace(PARAMS, D=D, sigma_E=side * told["ratio"][i])
    point = curves.phase(Question(moved))["point"]
    assert (point["ratio"], point["aspect"]) == pytest.approx((moved.sigma_E, told["aspect"][i]))
    assert (threshold.spike_strength(moved) > 1) == (side < 1)


def test_the_line_leaves_out_what_has_no_critical_ratio():
    plain = curves.phase(Question(PARAMS))
    richer = curves.phase(Question(replace(PARAMS, sigma_y=0.5, sigma_H=0.1)))
    assert richer["left_out"] == ["sigma_y", "sigma_H"]
    assert richer["ratio"] == plain["ratio"]


def test_energies_are_those_of_the_model_of_so_many_classes():
    told = curves.energies(Question(PARAMS))
    assert told["freezing"] == rem.freezing(3)
    assert told["participation"] == rem.participation(told["sigma_z"], C=3).tolist()
    assert told["point"]["participation"] == pytest.approx(float(rem.participation(1.0, C=3)))
    assert told["entropy"][0] == pytest.approx(1, abs=0.01)  # over ln C: undecided
    assert all(
        (y is not None) == (s > told["freezing"])
        for y, s in zip(told["limit"], told["sigma_z"], strict=True)
    )


def test_convexity_is_that_of_the_zone():
    told = curves.zone(Question(replace(PARAMS, sigma_H=0.2)), d=20, degree=3)
    at = [8, 12, 16]
    zone = goldilocks.zone(PARAMS, sigma_H=0.2, d=20, degree=3, radii=curves.RADII[at])
    assert [told["convexity"][i] for i in at] == [cut.convexity for cut in zone.cuts]
    assert told["here"] == told["convexity"][12]
    assert max(told["convexity"]) < told["most"] == 20**0.5
    assert told["convexity"][0] < 0.1 * told["here"]  # curvature wins at small radii


def test_a_zone_without_closed_form_is_refused_and_a_frozen_radius_left_out():
    with pytest.raises(InputError, match="sigma_y must be 0"):
        curves.zone(Question(replace(PARAMS, sigma_y=0.5)), d=20, degree=3)
    frozen = curves.zone(Question(replace(PARAMS, sigma_z=5.0)), d=20, degree=4)
    assert frozen["convexity"][-1] is None
    assert frozen["why"]
    assert frozen["here"] is not None


def test_sharpness_is_that_of_the_schedule():
    lengths = {"sigma_z": [0.5, 3.0, 8.0], "sigma_c": [1.0, 2.0, 2.0], "sigma_E": [0.7, 1.4, 1.4]}
    told = curves.along(Question(PARAMS), **lengths)
    expected = sharpness.schedule(PARAMS, t=[0, 1, 2], **lengths)
    assert told["mean"] == expected.mean.tolist()
    assert told["peak"]["interior"]
    quick = curves.along(Question(PARAMS, entries=PREVIEW), **lengths)
    assert quick["mean"] == pytest.approx(told["mean"], rel=0.05)
    assert quick["peak"] is None
    with pytest.raises(InputError, match="sigma_c must"):
        curves.along(Question(PARAMS), **(lengths | {"sigma_c": [1.0, 2.0]}))


def test_shares_hold_the_share_that_predict_tells():
    told = {each["labels"]: each for each in curves.shares(Question(PARAMS))}
    found = predict.values(PARAMS)
    assert told["uniform"]["present"]
    assert told["uniform"]["mean"] == found["gradient_share"]
    assert told["uniform"]["std"] == found["gradient_share_std"]
    assert told["balanced"]["mean"] < 0.5 * told["uniform"]["mean"]
    refused = curves.shares(Question(replace(PARAMS, N=61)))[1]
    assert "multiple of C" in refused["why"]
    assert "mean" not in refused
