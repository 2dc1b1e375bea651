"""Parameters and argument checks: what is accepted, and the text of each refusal."""

from dataclasses import FrozenInstanceError
from typing import Any, cast

import numpy as np
import pytest

from theory import InputError, Params, checks

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


def test_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)


HALF = [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([[0.5, 0.5], [0.5, 0.6]], "p must have rows that sum to 1 within 1e-05, got 1.1 in row 1"),
        ([[1.5, -0.5]], "p must be non-negative, got -0.5"),
        ([[1.0]], r"p must have at least 2 classes (columns), got shape (1, 1)"),
        ([0.5, 0.5], "p must have 2 axes, got shape (2,)"),
        (np.empty((0, 2)), "p must not be empty, got shape (0, 2)"),
        ([[np.nan, 1.0]], "p must be finite, got 1 non-finite"),
        ("soft", "p must be an array of numbers"),
        ([[0.5], [0.2, 0.8]], "p must be an array of numbers"),
    ],
)
def test_bad_softmax_outputs_are_named(p, message):
    with pytest.raises(InputError) as error:
        checks.probabilities(p)
    assert str(error.value) == message


def test_float32_softmax_outputs_pass():
    z = np.random.default_rng(0).standard_normal((50, 1000)).astype(np.float32)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert checks.probabilities(p).dtype == np.float64


@pytest.mark.parametrize(
    ("Gamma", "message"),
    [
        (np.eye(3), "Gamma must have shape (2, 2), got (3, 3)"),
        ([[1, 2], [0, 1]], "Gamma must be symmetric within 1e-8 of its largest entry"),
        ([[1, 2], [2, 1]], "Gamma must be positive semi-definite, got an eigenvalue -1"),
        ([[np.inf, 0], [0, 1]], "Gamma must be finite, got 1 non-finite"),
    ],
)
def test_bad_gram_matrices_are_named(Gamma, message):
    with pytest.raises(InputError) as error:
        checks.gram(Gamma, size=2)
    assert str(error.value) == message


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_a_singular_gram_passes_at_any_scale(scale):
    c = np.random.default_rng(1).standard_normal((20, 3))
    checks.gram(scale * (c @ c.T), size=20)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([0, 1, 2], "groups must lie in 0..1, got 0..2"),
        ([0, -1, 1], "groups must lie in 0..1, got -1..1"),
        ([0, 1], "groups must have shape (3,), got (2,)"),
        ([0.0, 1.0, 1.0], "groups must hold integers, got dtype float64"),
    ],
)
def test_bad_groups_are_named(groups, message):
    with pytest.raises(InputError) as error:
        checks.classes("groups", groups, N=3, C=2)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("r", "message"),
    [
        ([[0.5, 0.5]], "r must have rows that sum to 0 within 1e-05, got 1 in row 0"),
        ([[0.5, -0.5, 0.0]], "r must have the shape of p, (1, 2), got (1, 3)"),
    ],
)
def test_bad_residuals_are_named(r, message):
    with pytest.raises(InputError) as error:
        checks.residuals(r, shape=(1, 2))
    assert str(error.value) == message
