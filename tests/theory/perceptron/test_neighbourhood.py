"""Local entropy: values of the literature's setting, limits that are known, refusals."""

from math import sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr

from theory import ConvergenceError, InputError, perceptron
from theory.perceptron import largest_local_entropy, local_entropy


def test_solutions_of_high_margin_lie_in_wide_flat_regions():
    found = [
        float(local_entropy(0.005, alpha=0.5, reference_margin=margin))
        for margin in (0.0, 0.1, 0.2, 0.3)
    ]
    np.testing.assert_allclose(found, [-0.0038, 0.0188, 0.0279, 0.0308], atol=6e-5)
    assert float(largest_local_entropy(0.005)) == pytest.approx(0.0315, abs=5e-5)


@pytest.mark.parametrize("margin", [0.0, 0.2])
def test_the_maximum_is_the_entropy_of_all_solutions(margin):
    """Most solutions lie at one distance of any, and the curve is flat there."""
    s = float(perceptron.entropy(0.5))
    d = np.array([0.28, 0.3, 0.32, 0.34, 0.36])
    values = local_entropy(d, alpha=0.5, reference_margin=margin)
    assert np.all(values < s)
    cubic = np.polynomial.Polynomial.fit(d, values, 4)
    top = max(cubic(x.real) for x in cubic.deriv().roots() if 0.28 < x.real < 0.36)
    assert top == pytest.approx(s, abs=5e-6)


def test_the_typical_distance_has_the_entropy_itself():
    d = (1 - float(perceptron.overlap(0.5))) / 2
    s = float(perceptron.entropy(0.5))
    at, aside = local_entropy([d, d - 1e-3], alpha=0.5)
    assert float(at) == pytest.approx(s, abs=1e-9)
    assert 1e-7 < s - float(aside) < 1e-5


def test_few_patterns_cut_a_sphere_of_weights_each_on_its_own():
    """To first order in α, ``⟨ln H((κ - S y)/√(1-S²))⟩`` over the reference's field y > κ̃."""
    kappa, margin, alpha, d = 0.1, 0.4, 1e-4, 0.1
    S = 1 - 2 * d
    mean = quad(
        lambda y: (
            np.exp(-y * y / 2)
            / sqrt(2 * np.pi)
            / ndtr(-margin)
            * log_ndtr((S * y - kappa) / sqrt(1 - S * S))
        ),
        margin,
        12,
    )[0]
    found = float(local_entropy(d, alpha=alpha, kappa=kappa, reference_margin=margin))
    lost = (found - float(largest_local_entropy(d))) / alpha
    assert lost == pytest.approx(mean, rel=2e-3)
    assert lost != pytest.approx(mean * ndtr(-margin), rel=2e-2)


def test_it_grows_with_the_margin_of_the_reference_and_falls_with_that_asked():
    d = [0.1, 0.15]
    by_reference = [local_entropy(d, alpha=0.5, reference_margin=m) for m in (0.1, 0.2, 0.3)]
    by_margin = [local_entropy(d, alpha=0.5, kappa=k, reference_margin=0.3) for k in (0.0, 0.1)]
    assert np.all(np.diff(by_reference, axis=0) > 0)
    assert np.all(np.diff(by_margin, axis=0) < 0)
    assert np.all(by_reference[-1] < largest_local_entropy(d))


def test_the_order_of_distances_does_not_matter():
    d = np.array([[0.2, 0.45], [0.3, 0.2]])
    found = local_entropy(d, alpha=0.3)
    assert found.shape == (2, 2)
    assert found[0, 0] == found[1, 1]
    assert float(local_entropy(0.2, alpha=0.3)) == pytest.approx(found[1, 1], abs=1e-8)


@pytest.mark.slow
def test_what_no_saddle_leads_to_raises():
    with pytest.raises(ConvergenceError, match=r"no saddle at distance 0.9: lost at 0.7"):
        local_entropy(0.9, alpha=0.5)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"distance": 0.0, "alpha": 0.5}, "distance must lie in"),
        ({"distance": 0.1, "alpha": 0.0}, "alpha must be greater than 0"),
        ({"distance": 0.1, "alpha": 0.84}, "alpha must be at most 0.833079, the capacity"),
        ({"distance": 0.1, "alpha": 0.5, "reference_margin": 0.5}, "at reference_margin 0.5"),
        ({"distance": 0.1, "alpha": 0.5, "kappa": -3}, "kappa must be at least -2"),
    ],
)
def test_bad_input_is_refused(arguments, told):
    with pytest.raises(InputError, match=told):
        local_entropy(arguments.pop("distance"), **arguments)


def test_the_bound_is_refused_outside_its_distances():
    with pytest.raises(InputError, match="distance must lie in"):
        largest_local_entropy(1.1)
