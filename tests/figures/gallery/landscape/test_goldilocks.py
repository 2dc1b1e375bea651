"""The zone: both edges with curvature, the outer one alone without."""

import numpy as np
import pytest

from figures.gallery.landscape import goldilocks
from figures.goldilocks.picture import predicted
from theory import Params
from theory.averaged.goldilocks import zone

Z = 4.5
MODEL = Params(N=60, C=10, D=2000, sigma_z=0.3, sigma_c=3.0, sigma_E=2.2)
CURVATURE = {"": 0.07, "flat_": 0.0}  # σ_H of a small network, and none
SHAPE = {"degree": 2, "d": goldilocks.D_CUT}
FACTORS = np.geomspace(0.1, 5, 4)  # beyond, too few of N examples are undecided


@pytest.fixture(scope="module")
def model():
    """Closed forms and draws of the model, with curvature and without."""
    found = {}
    for name, sigma_H in CURVATURE.items():
        closed = predicted(MODEL, scales=FACTORS.tolist(), sigma_H=sigma_H, **SHAPE)
        drawn = goldilocks._drawn(MODEL, FACTORS, sigma_H=sigma_H, draws=6, seed=0, **SHAPE)
        found[name] = closed, drawn
    return found


def test_the_models_zone_has_both_edges_with_curvature_and_the_outer_one_without():
    radii = np.geomspace(0.1, 20, 12)
    edges = {
        name: zone(MODEL, radii=radii, fraction=goldilocks.INSIDE, sigma_H=sigma_H, **SHAPE)
        for name, sigma_H in CURVATURE.items()
    }
    assert 0.1 < edges[""].inner < 3 < edges[""].outer < np.inf
    assert edges["flat_"].inner == 0
    assert 3 < edges["flat_"].outer < np.inf


@pytest.mark.parametrize("name", ["convexity", "positive"])
@pytest.mark.parametrize("prefix", CURVATURE)
def test_draws_of_the_model_lie_on_the_closed_forms(model, name, prefix):
    closed, drawn = model[prefix]
    line = closed[f"predicted_{name}"].values
    mean, deviation = drawn[name].mean("draw").values, drawn[name].std("draw", ddof=1).values
    # E Tr and √E‖·‖² are exact, their ratio and the positive fraction to the order 1/d
    size = 4.0 if name == "convexity" else 1.0
    allowed = Z * deviation / np.sqrt(drawn.sizes["draw"]) + 2 / goldilocks.D_CUT * size
    assert np.all(np.abs(mean - line) < allowed)
    other = model["flat_" if prefix == "" else ""][0][f"predicted_{name}"].values
    assert np.any(np.abs(mean - other) > allowed)


@pytest.mark.slow
def test_the_zone_has_both_edges_with_curvature_and_the_outer_one_without(fast):
    data = fast("goldilocks")
    assert 0.1 < float(data.zone.sel(edge="inner")) < 3
    assert np.isfinite(data.zone.sel(edge="outer"))
    assert float(data.flat_zone.sel(edge="inner")) == 0
    assert np.isfinite(data.flat_zone.sel(edge="outer"))
    convexity = data.convexity.mean("replicate").values[:, 0]
    peak = int(convexity.argmax())
    assert 0 < peak < len(convexity) - 1
    assert convexity[0] < 0.2 * convexity[peak]  # the network has the inner edge
    assert float(data.flat_convexity[0]) > 0.95 * float(data.flat_convexity.max())


@pytest.mark.slow
def test_curvature_makes_the_difference_at_small_radius(fast):
    data = fast("goldilocks")
    small = data.isel(scale_sampled=0)
    assert float(small.sampled_convexity.max()) < 1 < 3 < float(small.sampled_flat_convexity.min())


@pytest.mark.slow
def test_temperature_is_radius(fast):
    assert float(fast("goldilocks").mismatch) < 1e-6
