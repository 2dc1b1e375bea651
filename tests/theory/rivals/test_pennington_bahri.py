"""The index: its threshold, its limits, draws, and the free sum of the two laws."""

import numpy as np
import pytest

from theory import InputError
from theory.rivals.pennington_bahri import critical_loss, index


@pytest.mark.parametrize("phi", [0.1, 0.25, 0.5, 0.9])
def test_the_critical_loss_is_where_the_cubic_gets_complex_roots(phi):
    critical = critical_loss(phi)

    def complex_roots(epsilon):
        return np.abs(np.roots([2 * epsilon * phi, -2 * epsilon, phi - 1, -1]).imag).max() > 1e-6

    assert not complex_roots(critical * (1 - 1e-4))
    assert complex_roots(critical * (1 + 1e-4))
    assert index(critical, phi=phi) == 0
    small = [index(critical * (1 + x), phi=phi) for x in (1e-3, 4e-3)]
    assert small[1] / small[0] == pytest.approx(8, rel=0.05)  # the power 3/2 of the paper


@pytest.mark.parametrize(("epsilon", "phi"), [(0.2, 0.5), (0.5, 0.25), (0.1, 2.0)])
def test_it_is_that_of_draws(epsilon, phi):
    n, rng = 300, np.random.default_rng(0)
    m = round(n / phi)
    found = []
    for _ in range(8):
        J = rng.standard_normal((n, m))
        W = rng.standard_normal((n, n)) * np.sqrt(epsilon / n)
        H = J @ J.T / m + W + W.T  # off-diagonal variance 2 ε/n
        found.append((np.linalg.eigvalsh(H) < 0).mean())
    error = 4.5 * np.std(found) / np.sqrt(8) + 1 / n
    assert abs(np.mean(found) - index(epsilon, phi=phi)) < error
    assert abs(np.mean(found) - index(2 * epsilon, phi=phi)) > error


def test_limits_and_refusals():
    assert index(1e9, phi=0.5) == pytest.approx(0.5, abs=1e-4)
    assert index(1e-9, phi=4.0) == pytest.approx((1 - 1 / 4) / 2, abs=1e-3)  # half the null space
    assert critical_loss(1.0) == 0
    with pytest.raises(InputError, match="phi"):
        index(0.1, phi=0.0)
    with pytest.raises(InputError, match="loss"):
        index(-0.1, phi=0.5)
