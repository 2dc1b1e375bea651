"""The model beyond any sample, tied to samples where there are some, and to its limits."""

import numpy as np
import pytest

from figures.gallery.spectra.scale import LANGUAGE, VOCABULARY, WEIGHTS
from theory import rem

Z = 4.5


@pytest.mark.slow
def test_draws_lie_on_the_line_that_goes_on(fast):
    data = fast("scale")
    line = data.splitting.sel(C=10).interp(N=data.N_sampled.values).values
    mean, std = data.sampled.mean("replicate").values, data.sampled.std("replicate", ddof=1).values
    error = np.maximum(std, 0.2 * line) / np.sqrt(data.sizes["replicate"])  # of few draws
    assert np.all(np.abs(mean - line) < Z * error)
    wrong = line * np.sqrt(10)  # that of a tenth of the examples
    assert np.all(np.abs(mean - wrong) > Z * error)


def test_splitting_falls_like_the_root_of_N_until_D_holds_it(fast):
    data = fast("scale").sel(C=10)
    slope = np.diff(np.log(data.splitting.values)) / np.diff(np.log(data.N.values))
    assert slope[0] == pytest.approx(-0.5, abs=0.05)
    assert slope[-1] == pytest.approx(0, abs=0.05)


def test_the_edge_falls_with_N_until_the_weights_are_fewer(fast):
    data = fast("scale").sel(C=10)
    slope = np.diff(np.log(data.edge.values)) / np.diff(np.log(data.N.values))
    assert slope[3] == pytest.approx(-1, abs=0.05)  # σ_E²/N
    assert slope[-1] == pytest.approx(0, abs=0.05)  # σ_E²/D


def test_outliers_of_a_language_model_have_the_mean_of_their_trace(fast):
    data = fast("scale")
    ranks = data["rank"].values
    for freezing in data.freezing.values:
        own = data.outliers.sel(freezing=freezing).values
        mean = np.trapezoid(own, ranks) / (ranks[-1] - ranks[0])
        sigma_z = freezing * rem.freezing(VOCABULARY)
        expected = float(rem.impurity(sigma_z, C=VOCABULARY)) / (VOCABULARY - 1)
        assert mean == pytest.approx(expected, rel=0.02)
        assert np.all(np.diff(own) <= 0)
        assert own[-1] > float(data.edges.sel(freezing=freezing))


def test_the_threshold_grows_like_the_fourth_root_of_D(fast):
    """At small spreads it is ``(N D/(C-1))^{1/4}``; at any, D enters so where N C is far above."""
    data = fast("scale").critical_ratio.sel(C=10)
    ratio = data.sel(D=WEIGHTS[1]) / data.sel(D=WEIGHTS[0])
    far = 10.0**12
    assert float(ratio.sel(N=far)) == pytest.approx((WEIGHTS[1] / WEIGHTS[0]) ** 0.25, rel=0.05)
    assert float(data.sel(D=WEIGHTS[0], N=far)) > LANGUAGE.sigma_E
