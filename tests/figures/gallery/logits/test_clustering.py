"""Clustering: measured cosines against what the measured lengths say, and draws against that."""

import numpy as np
import pytest
import xarray as xr

from figures.gallery.logits import clustering
from figures.pictures import style
from theory import Params

Z = 4.5


@pytest.mark.slow
def test_the_cosines_stand_in_the_order_of_the_paper(fast):
    data = fast("clustering")
    assert np.all(data.q_SLSC >= data.q_SL - 0.02)
    assert np.all(data.q_SL > 0.3)
    assert np.all(np.abs(data.q_DL) < 0.1)


@pytest.mark.parametrize("name", ["q_SLSC", "q_SL"])
@pytest.mark.slow
def test_level_cluster_gives_them_and_level_FG_cannot(fast, name):
    data = fast("clustering")
    away = np.abs(data[f"predicted_{name}"] - data[name])
    # lengths differ between examples, which a ratio of mean squares does not know
    assert float(away.sel(level="cluster").max()) < 0.08
    trained = away.sel(level="FG").isel(epoch=-1)
    assert np.all(trained > 0.1) if name == "q_SLSC" else np.all(trained < 0.08)


@pytest.mark.parametrize("name", clustering.COSINES)
def test_draws_lie_on_the_closed_forms(name):
    model = Params(N=60, C=4, D=400, sigma_z=1, sigma_c=1, sigma_y=0.8, sigma_E=0.9)
    draws = clustering._sampled(model, draws=40, seed=1)[:, clustering.COSINES.index(name)]
    error = draws.std(ddof=1) / np.sqrt(len(draws))
    expected = getattr(model, name)
    if name == "q_SL":  # pairs of one class in these labels, not on average over labels
        from simulate.one_draw.draws import examples

        counts = np.bincount(examples(model, seed=1).y, minlength=4)
        pairs = (counts * (counts - 1)).sum() / (60 * 59)
        expected = (1 + pairs * 0.8**2) / (1 + 0.8**2 + 0.9**2)
    allowed = Z * error + 2 / model.D  # of the lengths' fluctuation
    assert abs(draws.mean() - expected) < allowed
    if name != "q_DL":
        assert abs(draws.mean() - 1 / (1 + 0.9**2)) > allowed  # what FG's lengths would give


@pytest.mark.slow
def test_a_record_has_one_panel_of_its_own(networks):
    from dataclasses import replace

    own = networks.measured()
    data = clustering.compute(networks.settings, replace(networks, record=own))
    assert data.network.values.tolist() == ["record"]
    np.testing.assert_array_equal(data.q_SL, own.q_SL.values[[0, 1, 2]][None])


def test_of_small_networks_cosines_are_compared_with_both_levels(small):
    data = small("clustering")
    assert data.sizes["network"] == 3
    assert np.all(data.q_SLSC > data.q_SL - 0.05)
    assert np.all(np.abs(data.q_DL) < 0.15)
    away = np.abs(data.predicted_q_SLSC - data.q_SLSC).isel(epoch=-1)
    assert np.all(away.sel(level="cluster") < 0.15)
    assert np.all(away.sel(level="cluster") < away.sel(level="FG"))
    cluster = data.predicted_q_SL.sel(level="cluster")
    assert np.all(np.abs(data.sampled_q_SL.mean("replicate") - cluster) < 0.1)


@pytest.mark.parametrize(("size", "named"), [("column", 3), ("page", 1)])
def test_the_axis_of_cosines_is_named_once_a_row(size, named):
    shape, drawn = (3, 1, 2), (3, 1, 4)
    cosines = {name: (("network", "epoch"), np.full(shape[:2], 0.5)) for name in clustering.COSINES}
    predicted = {
        f"predicted_{name}{end}": (("network", "epoch", "level"), np.full(shape, 0.1))
        for name in clustering.COSINES
        for end in ("", "_error")
    }
    sampled = {
        f"sampled_{name}": (("network", "epoch", "replicate"), np.full(drawn, 0.5))
        for name in clustering.COSINES
    }
    coords = {"network": ["relu", "tanh", "cnn"], "epoch": [0.0], "level": list(clustering.LEVELS)}
    data = xr.Dataset(cosines | predicted | sampled, coords=coords)
    data["source"] = ("epoch", ["measured"])
    with style.panels(3, size=size) as (_, axes):
        clustering.draw(data, axes)
        assert sum(ax.get_ylabel() != "" for ax in axes) == named
