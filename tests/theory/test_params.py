"""Parameters and argument checks: what is accepted, and the text of each refusal."""

from dataclasses import FrozenInstanceError
from typing import Any, cast

import numpy as np
import pytest

from theory import InputError, Params

GOOD: dict[str, Any] = {
    "N": 300,
    "C": 10,
    "D": 1000,
    "sigma_z": 1.0,
    "sigma_c": 1.0,
    "sigma_E": 0.7,
}


def test_defaults_and_dictionary_roundtrip():
    params = Params(**GOOD)
    assert (params.labels, params.margin) == ("uniform", 0.0)
    assert Params(**params.as_dict()) == params


def test_values_become_plain_numbers():
    params = Params(**GOOD | {"N": np.int64(300), "sigma_z": np.float32(0.5), "sigma_c": 2})
    assert type(params.N) is int
    assert type(params.sigma_z) is float
    assert type(params.sigma_c) is float


def test_frozen_and_keyword_only():
    with pytest.raises(FrozenInstanceError):
        setattr(Params(**GOOD), "N", 3)  # noqa: B010 as an assignment a type checker refuses it
    with pytest.raises(TypeError):
        cast(Any, Params)(300, 10, 1000, 1.0, 1.0, 0.7)


@pytest.mark.parametrize("D", [1, 10**12])
def test_any_dimension_is_as_easy(D):
    assert Params(**GOOD | {"D": D}).D == D


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"N": 0}, "N must be at least 1, got 0"),
        ({"C": 1}, "C must be at least 2, got 1"),
        ({"D": -5}, "D must be at least 1, got -5"),
        ({"N": 3.0}, "N must be an integer, got 3.0"),
        ({"N": True}, "N must be an integer, got True"),
        ({"sigma_z": -1}, "sigma_z must be at least 0, got -1"),
        ({"sigma_c": float("nan")}, "sigma_c must be finite, got nan"),
        ({"sigma_E": float("inf")}, "sigma_E must be finite, got inf"),
        ({"sigma_E": "1"}, "sigma_E must be a real number, got '1'"),
        (
            {"labels": "random"},
            "labels must be one of uniform, balanced, calibrated, margin, got 'random'",
        ),
        ({"margin": 2.0}, "margin must be 0 unless labels is 'margin', got 2"),
        ({"labels": "margin", "margin": -1.0}, "margin must be at least 0, got -1"),
        ({"sigma_y": -0.1}, "sigma_y must be at least 0, got -0.1"),
        ({"T_exponent": -1}, "T_exponent must be at least 0, got -1"),
        ({"sigma_c": 1e-300}, "sigma_c must be 0 or at least 1e-30, got 1e-300"),
        ({"sigma_H": 1e-31}, "sigma_H must be 0 or at least 1e-30, got 1e-31"),
        ({"sigma_E": 1e200}, "sigma_E must be at most 1e+30, got 1e+200"),
        ({"sigma_z": 1e300}, "sigma_z must be at most 1e+30, got 1e+300"),
        ({"rho": -0.2}, "rho must be at least -0.111111, got -0.2"),
        ({"rho": 1.0}, "rho must be less than 1, got 1"),
        ({"sigma_H": float("nan")}, "sigma_H must be finite, got nan"),
        (
            {"sigma_c": 0, "sigma_E": 0},
            "sigma_c, sigma_y and sigma_E must not all be 0",
        ),
        (
            {"labels": "balanced", "N": 301},
            "N must be a multiple of C for balanced labels, got N=301, C=10",
        ),
    ],
)
def test_bad_parameters_are_named(change, message):
    with pytest.raises(InputError) as error:
        Params(**GOOD | change)
    assert str(error.value).startswith(message)


def test_level_FG_is_the_default():
    params = Params(**GOOD)
    assert params.beyond_FG == {}
    assert params.as_seen_by_G is params
    assert params.outlier_directions == 9
    more = Params(**GOOD, sigma_y=0.5, rho=-0.1)
    assert more.beyond_FG == {"sigma_y": 0.5, "rho": -0.1}
    assert more.outlier_directions == 90
    assert more.as_seen_by_G.beyond_FG == {"sigma_y": 0.5}
    assert more.as_seen_by_G.sigma_E == pytest.approx(0.7 * 1.1**0.5)


def test_lengths_and_cosines_are_those_of_logit_gradients():
    """Means over all pairs as ``empirical.estimates.clustering`` counts them; z = 4, 30 draws."""
    values = GOOD | {"N": 40, "C": 4, "D": 2000, "sigma_y": 0.8, "rho": 0.5, "labels": "balanced"}
    params, rng, found = Params(**values), np.random.default_rng(0), []
    N, C, D = params.N, params.C, params.D
    y, other, same = np.repeat(np.arange(C), N // C), ~np.eye(N, dtype=bool), np.zeros((N, N), bool)
    same[:] = y[:, None] == y
    logit_root = np.linalg.cholesky(0.5 * np.eye(C) + 0.5)
    for _ in range(30):
        c, d = rng.standard_normal((C, D)), 0.8 * rng.standard_normal((C, C, D))
        E = 0.7 * np.einsum("kl,mld->mkd", logit_root, rng.standard_normal((N, C, D)))
        J = (c + d[y] + E) / D**0.5
        gram = np.einsum("mkd,nld->klmn", J, J) / params.logit_gradient_length**2
        own, cross = gram[range(C), range(C)].mean(axis=0), gram[~np.eye(C, dtype=bool)]
        found.append(
            [x.mean() for x in (own[np.eye(N, dtype=bool)], own[other & same], own[other], cross)]
        )
    error = np.std(found, axis=0, ddof=1) / 30**0.5
    expected = np.array([1, params.q_SLSC, params.q_SL, params.q_DL])
    assert np.all(np.abs(np.mean(found, axis=0) - expected) < 4 * error)
    wrong = np.array([1 + 0.49 / 4, params.q_SL, params.q_SLSC, N * params.q_DL])
    assert np.all(np.abs(np.mean(found, axis=0) - wrong) > 6 * error)


HALF = [[0.5, 0.5]]
