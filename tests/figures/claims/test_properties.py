"""The four properties on records that have them, and on those that do not."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from figures.claims.properties import (
    CONFINEMENT,
    OUTLIERS,
    SHARPNESS,
    ZONE,
    gap,
    properties,
)

C, RANKS = 4, 20
BULK = np.geomspace(0.1, 0.05, RANKS)
SPLIT = np.concatenate([[3, 2.5, 2], BULK[3:]])
RISING, FALLING = [1.0, 5.0, 9.0], [1.0, 9.0, 2.0]


def record(*, eigenvalues=SPLIT, others=None, share=0.8, other_share=None, sharpness=FALLING):
    def power(top):
        rest = (1 - top) / (RANKS - C + 1)
        return np.concatenate([np.full(C - 1, top / (C - 1)), np.full(RANKS - C + 1, rest)])

    scale = np.array(sharpness) / eigenvalues[0]
    found = {
        "eigenvalues": (("epoch", "rank"), np.outer(scale, eigenvalues)),
        "lambda_max": ("epoch", sharpness),
        "gradient_power": (("epoch", "rank"), np.tile(power(share), (3, 1))),
        "weights": ("epoch", [100] * 3),
        "p": (("epoch", "example", "logit"), np.full((3, 2, C), 1 / C)),
    }
    if others is not None:
        found["resampled_eigenvalues"] = (("epoch", "rank"), np.outer(scale, others))
        shares = np.tile(power(share if other_share is None else other_share), (3, 1))
        found["resampled_gradient_power"] = (("epoch", "rank"), shares)
    return xr.Dataset(found, coords={"epoch": [0.0, 1.0, 5.0]})


def zone(convexity):
    values = np.array(convexity, float)[:, :, None]
    shared = {"replicate": len(values), "scale": values.shape[1]}
    return xr.Dataset(
        {
            "convexity": (("replicate", "scale", "surface"), values),
            "positive": (("replicate", "scale", "surface"), np.full(values.shape, 0.9)),
            "weight_norm": (("replicate", "scale"), np.tile([1.0, 10, 100], (len(values), 1))),
        },
        coords={"surface": ["plane"], **{name: range(size) for name, size in shared.items()}},
    )


PEAKED = zone([[0.5, 4, 1.5], [0.6, 4.2, 1.6]])


def verdicts(measured=None, cut=PEAKED):
    found = properties(record() if measured is None else measured, network="n", zone=cut)
    return {each.claim: each.verdict for each in found}


def test_all_four_hold_where_they_are_there():
    assert set(verdicts().values()) == {"holds"}
    assert list(verdicts()) == [OUTLIERS, CONFINEMENT, SHARPNESS, ZONE]


@pytest.mark.parametrize(
    ("claim", "changed"),
    [
        (OUTLIERS, {"eigenvalues": np.concatenate([[3, 2.5], BULK[2:]])}),
        (CONFINEMENT, {"share": 0.4}),
        (SHARPNESS, {"sharpness": RISING}),
    ],
)
def test_one_that_is_not_there_fails_alone(claim, changed):
    found = verdicts(record(**changed))
    assert [name for name, verdict in found.items() if verdict != "holds"] == [claim]
    assert found[claim] == "fails"


def test_a_ratio_that_still_grows_at_the_largest_radius_is_no_zone():
    assert verdicts(cut=zone([[0.5, 2, 4], [0.6, 2.2, 4.2]]))[ZONE] == "fails"


def test_networks_that_differ_by_more_than_what_is_lacking_leave_the_zone_open():
    assert verdicts(cut=zone([[0.5, 4, 1.8], [0.5, 4, 2.6]]))[ZONE].startswith("within")
    assert verdicts(cut=zone([[0.5, 4, 3.90], [0.5, 4, 3.91]]))[ZONE] == "fails"


def test_other_examples_say_what_is_left_to_the_sample():
    short = np.concatenate([[3, 2.5], BULK[2:]])
    assert verdicts(record(eigenvalues=short, others=SPLIT))[OUTLIERS].startswith("within")
    assert verdicts(record(eigenvalues=short, others=short))[OUTLIERS] == "fails"
    near = record(share=0.4, others=SPLIT, other_share=0.55)
    assert verdicts(near)[CONFINEMENT].startswith("within")


@pytest.mark.parametrize("rank", [1, 2, 3, 5])
def test_the_gap_is_where_it_was_put(rank):
    values = np.concatenate([np.linspace(2, 1.9, rank), np.linspace(0.1, 0.099, 12)])
    found = gap(values, C=C)
    assert (found.ratio < 1) == (rank == C - 1)
    if rank != C - 1:
        assert found.rank == rank


def test_eigenvalues_that_vanish_make_no_gap():
    assert gap(np.array([3, 2, 0.0, 0, 0]), C=C).ratio == np.inf
