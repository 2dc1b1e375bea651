"""Sums over atoms: kernels against their twins, limits at an atom."""

import numpy as np
import pytest

from theory import InputError
from theory.free_addition import Atoms
from theory.free_addition.atoms import cauchy_sums, log_sums

pytestmark = pytest.mark.kernels

X, W = np.array([-1.0, 0.5, 2.0]), np.array([0.2, 0.3, 0.5])
Z = np.array([0.3 + 0.2j, -4.0 + 0.0j, 1.0 + 1e-9j, 30.0 + 5.0j])


def test_kernels_against_their_twins():
    out = np.empty((4, Z.size))
    cauchy_sums(np.real(Z).copy(), np.imag(Z).copy(), X, W, *out)
    assert out[0] + 1j * out[1] == pytest.approx(np.sum(W / (Z[:, None] - X), axis=1), rel=1e-14)
    slope = -np.sum(W / (Z[:, None] - X) ** 2, axis=1)
    assert out[2] + 1j * out[3] == pytest.approx(slope, rel=1e-14)
    logs = np.empty((2, Z.size))
    log_sums(np.real(Z).copy(), np.imag(Z).copy(), X, W, *logs)
    assert logs[0] + 1j * logs[1] == pytest.approx(
        np.sum(W * np.log(Z[:, None] - X), axis=1), rel=1e-14
    )


def test_the_reciprocal_passes_zero_at_an_atom():
    law = Atoms(X, W)
    F, slope = law.reciprocal(np.array([0.5 + 0j, 0.5 + 1e-7j]))
    assert F[0] == 0
    assert slope[0] == pytest.approx(1 / 0.3, rel=1e-15)
    assert F[1] == pytest.approx(slope[0] * 1e-7j, rel=1e-6)


def test_equal_positions_are_one_atom():
    law = Atoms([1.0, 0.0, 1.0], [1, 2, 3])
    assert law.positions.tolist() == [0, 1]
    assert law.weights == pytest.approx([1 / 3, 2 / 3])
    assert law.moments(3) == pytest.approx([2 / 3] * 3)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (([0.0, np.inf],), "positions must be finite"),
        (([0.0, 1.0], [1.0]), r"weights must have shape \(2,\), got \(1,\)"),
        (([0.0, 1.0], [1.0, 0.0]), "weights must be positive, got 0"),
    ],
)
def test_what_is_no_law_is_refused(arguments, text):
    with pytest.raises(InputError, match=text):
        Atoms(*arguments)
