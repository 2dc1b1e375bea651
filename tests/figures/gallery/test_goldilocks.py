"""The zone: both edges with curvature, the outer one alone without."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

Z = 4.5


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


@pytest.mark.parametrize("name", ["convexity", "positive"])
@pytest.mark.parametrize("prefix", ["", "flat_"])
def test_draws_lie_on_the_closed_forms(fast, name, prefix):
    data = fast("goldilocks")
    sampled = data[f"sampled_{prefix}{name}"]
    mean, deviation = sampled.mean("draw"), sampled.std("draw", ddof=1)
    closed = data[f"{prefix or 'predicted_'}{name}"].isel(scale=slice(0, -1, 2))
    # E Tr and √E‖·‖² are exact, their ratio and the positive fraction to the order 1/d
    scale = 4.0 if name == "convexity" else 1.0
    allowed = Z * deviation.values / np.sqrt(sampled.sizes["draw"]) + 2 / 50 * scale
    assert np.all(np.abs(mean.values - closed.values) < allowed)


def test_curvature_makes_the_difference_at_small_radius(fast):
    data = fast("goldilocks")
    small = data.isel(scale_sampled=0)
    assert float(small.sampled_convexity.max()) < 1 < 3 < float(small.sampled_flat_convexity.min())


def test_temperature_is_radius(fast):
    assert float(fast("goldilocks").mismatch) < 1e-6
