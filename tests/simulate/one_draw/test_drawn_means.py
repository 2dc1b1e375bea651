"""Draws at each level of the parameters: the law of the means and of the noise, at any D."""

import numpy as np
import pytest

from simulate import dual
from simulate.ensemble import ensemble
from simulate.hessian import sample
from simulate.one_draw.drawn_means import with_means
from simulate.one_draw.draws import examples, mean_gram
from simulate.replicates import replicates
from tests.support.references.definition import logit_gradients
from tests.support.references.definition import spectrum as by_definition
from theory import InputError, Params, stream

LEVELS = {
    "classes": {"sigma_y": 1.0},
    "power law": {"T_exponent": 0.7},
    "correlated": {"rho": 0.5},
    "curved": {"sigma_H": 0.1},
    "all": {"sigma_y": 1.0, "T_exponent": 0.7, "rho": -0.3, "sigma_H": 0.05},
}


def parameters(**changes):
    values = {"N": 12, "C": 3, "D": 150, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
    return Params(**values | changes)


def drawn(params, index):
    return with_means(params, examples(params, seed=0), rng=stream(0, "means", index))


def test_level_FG_is_the_draw_of_before():
    params, e = parameters(), drawn(parameters(), 3)
    known = examples(params, seed=0)
    Gamma = mean_gram(params, rng=stream(0, "means", 3))
    before = ensemble(known.p, known.r, Gamma=Gamma, sigma_E=0.7, D=150)
    one, two = (sample(x, rng=stream(0, "noise", 3)) for x in (e, before))
    np.testing.assert_array_equal(one.eigenvalues, two.eigenvalues)


@pytest.mark.parametrize("level", LEVELS)
def test_logit_gradients_have_the_lengths_of_the_definition(level):
    """Of means and noise, over 200 draws of both: z = 4."""
    params, found = parameters(**LEVELS[level]), []
    y = examples(params, seed=0).y
    same = (y[:, None] == y) & ~np.eye(12, dtype=bool)
    for i in range(200):
        e = drawn(params, i)
        J = logit_gradients(e, rng=np.random.default_rng(i))
        gram = np.einsum("mkd,nld->klmn", J, J)
        own, cross = gram[range(3), range(3)], gram[0, 1]
        found.append(
            (
                np.trace(own, axis1=1, axis2=2).mean() / 12,
                own[:, same].mean(),
                own[:, y[:, None] != y].mean(),
                np.trace(cross) / 12,
            )
        )
    square = params.logit_gradient_length**2
    expected = (square, params.q_SLSC * square, params.sigma_c**2, params.rho * params.sigma_E**2)
    error = np.std(found, axis=0, ddof=1) / 200**0.5
    assert np.all(np.abs(np.mean(found, axis=0) - expected) < 4 * error)
    longer = params.sigma_c**2 + 0.25
    assert np.abs(np.mean(found, axis=0)[2] - longer) > 4 * error[2]


@pytest.mark.parametrize("level", LEVELS)
def test_the_fast_paths_draw_the_law_of_the_definition(level):
    """Top, tenth and last eigenvalue, share on the top and norm of g over 300 draws: z = 4."""
    params = parameters(**LEVELS[level])
    fast, plain = [], []
    for i in range(300):
        e = drawn(params, i)
        s = sample(e, rng=stream(0, "noise", i))
        fast.append((*s.eigenvalues[[0, 9, 20]], s.gradient_power[0], s.gradient_norm))
        values, power, norm = by_definition(drawn(params, 1000 + i), rng=np.random.default_rng(i))
        plain.append((*values[[0, 9, 20]], power[0] / norm**2, norm))
    fast, plain = np.array(fast), np.array(plain)
    error = np.hypot(fast.std(axis=0), plain.std(axis=0)) / 300**0.5
    assert np.all(np.abs(fast.mean(axis=0) - plain.mean(axis=0)) < 4 * error)
    assert np.abs(1.15 * fast.mean(axis=0) - plain.mean(axis=0)).max() > 4 * error.max()


def test_correlated_noise_reaches_G_as_less_noise():
    """The same means and examples, 1-rho of the noise's square: equal laws, 300 draws, z = 4."""
    strong, weak = parameters(rho=0.75, sigma_c=0.2), parameters(sigma_E=0.35, sigma_c=0.2)
    traces = [
        [sample(drawn(p, i), rng=stream(s, "noise", i)).trace for i in range(300)]
        for s, p in enumerate((strong, weak))
    ]
    difference = np.subtract(traces[0], traces[1])
    error = difference.std() / 300**0.5
    assert abs(difference.mean()) < 4 * error
    assert np.mean(traces[0]) < 0.7 * strong.as_seen_by_G.sigma_E**2 + 0.04 + 10 * error


def test_no_vector_is_as_long_as_the_weights_are_many():
    e = drawn(parameters(D=10**12, T_exponent=0.5, sigma_y=1.0), 0)
    assert e.D == 10**12
    assert e.means.shape[0] == 9
    assert e.means.shape[1] == len(e.spread) < 3000
    assert dual.draw(e, rng=stream(0, "noise", 0)).K.shape == (24, 24)


@pytest.mark.parametrize("level", ["power law", "all"])
def test_the_top_is_that_of_the_whole(level):
    """The largest eigenvalue over 60 draws each: z = 4."""
    params = parameters(**LEVELS[level])
    whole = replicates(params, seed=0, replicates=60)
    top = replicates(params, seed=0, replicates=60, top=2)
    a, b = whole.eigenvalues[:, :2].values, top.eigenvalues.values
    error = np.hypot(a.std(axis=0), b.std(axis=0)) / 60**0.5
    assert np.all(np.abs(a.mean(axis=0) - b.mean(axis=0)) < 4 * error)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"sigma_H": 0.1}, "sigma_y must be 0 where sigma_H is given, got 1"),
        ({"Gamma": np.eye(3)}, "sigma_y must be 0 where Gamma is given, got 1"),
    ],
)
def test_a_level_is_set_once(levels, message):
    with pytest.raises(InputError) as error:
        replicates(parameters(sigma_y=1.0), seed=0, replicates=1, **levels)
    assert str(error.value) == message


def test_levels_that_are_none_are_not_given():
    one = replicates(parameters(sigma_y=1.0), seed=0, replicates=1)
    two = replicates(parameters(sigma_y=1.0), seed=0, replicates=1, Gamma=None, T=None)
    np.testing.assert_array_equal(one.eigenvalues, two.eigenvalues)
