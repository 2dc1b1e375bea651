"""Each check names the argument, its value and the bound."""

import numpy as np
import pytest

from theory import InputError, checks
from theory.bulk import SampleCovariance


def test_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)


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


def test_an_integer_too_long_to_be_read_is_not_shown():
    with pytest.raises(InputError, match=r"^D must be at most 9, got 10$"):
        checks.integer("D", 10, low=1, high=9)
    with pytest.raises(InputError, match=r"^D must be at most 9, got an integer of 301 digits$"):
        checks.integer("D", 10**300, low=1, high=9)
    with pytest.raises(InputError, match=r"^D must be at least 1, got an integer of 301 digits$"):
        checks.integer("D", -(10**300), low=1)


@pytest.mark.parametrize("values", [np.array([1 + 1j, 2]), [1 + 0j, 2.0]])
def test_complex_arrays_are_refused(values):
    """Complex numbers are no input of the model: they are not cast to their real parts."""
    with pytest.raises(InputError, match="must be real, got complex numbers"):
        SampleCovariance(values, ratio=0.5)
