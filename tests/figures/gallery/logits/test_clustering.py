"""Clustering: measured cosines against what the measured lengths say, and draws against that."""

import numpy as np
import pytest

from figures.gallery.logits import clustering
from theory import Params

pytestmark = pytest.mark.slow

Z = 4.5


def test_the_cosines_stand_in_the_order_of_the_paper(fast):
    data = fast("clustering")
    assert np.all(data.q_SLSC >= data.q_SL - 0.02)
    assert np.all(data.q_SL > 0.3)
    assert np.all(np.abs(data.q_DL) < 0.1)


@pytest.mark.parametrize("name", ["q_SLSC", "q_SL"])
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


def test_a_record_has_one_panel_of_its_own(networks):
    from dataclasses import replace

    own = networks.measured()
    data = clustering.compute(networks.settings, replace(networks, record=own))
    assert data.network.values.tolist() == ["record"]
    np.testing.assert_array_equal(data.q_SL, own.q_SL.values[[0, 1, 2]][None])
