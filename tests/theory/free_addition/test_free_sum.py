"""Sums of free matrices: closed forms, sampled sums, what a sum must obey, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import InputError, SampleCovariance
from theory.free_addition import Atoms, FreeSum, GridDensity, Semicircle, Transform
from theory.models import Curved

COIN = Atoms([-1.0, 1.0])


def test_two_semicircles_are_one():
    law = FreeSum(Semicircle(1.0, mean=0.3), Semicircle(0.75, mean=-1.0))
    one = Semicircle(1.25, mean=-0.7)
    x = np.linspace(-4, 3, 201)
    expected = np.sqrt(np.maximum(4 * 1.25**2 - (x + 0.7) ** 2, 0)) / (2 * np.pi * 1.25**2)
    assert law.density(x) == pytest.approx(expected, abs=1e-12)
    assert law.edges == pytest.approx(one.support, abs=1e-12)
    assert law.ends == pytest.approx(tuple(one.support[0]), abs=1e-12)
    t = ((x + 0.7) / 2.5).clip(-1, 1)
    cdf = 0.5 + (t * np.sqrt(1 - t**2) + np.arcsin(t)) / np.pi
    assert law.cdf(x) == pytest.approx(cdf, abs=1e-12)
    variance = 1.25**2
    central = np.array([1, 0, variance, 0, 2 * variance**2])  # Catalan numbers
    fourth = sum(
        c * b * (-0.7) ** (4 - k)
        for k, (c, b) in enumerate(zip(central, (1, 4, 6, 4, 1), strict=True))
    )
    assert law.moments(4)[[0, 1, 3]] == pytest.approx([-0.7, variance + 0.49, fourth], rel=1e-12)


def test_two_fair_coins_make_the_arcsine_law():
    law = FreeSum(COIN, COIN)
    x = np.linspace(-1.999, 1.999, 400)
    assert law.density(x) == pytest.approx(1 / (np.pi * np.sqrt(4 - x**2)), rel=1e-11)
    assert law.density(0.0) == pytest.approx(1 / (2 * np.pi), rel=1e-7)  # every w is a fixed point
    assert law.cdf(x) == pytest.approx(0.5 + np.arcsin(x / 2) / np.pi, abs=1e-12)
    assert law.moments(6) == pytest.approx([0, 2, 0, 6, 0, 20], abs=1e-12)  # (2k choose k)


@pytest.fixture(scope="module")
def curved():
    rng = np.random.default_rng(0)
    N, C = 40, 4
    z = rng.standard_normal((N, C))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    r = p - np.eye(C)[rng.integers(C, size=N)]
    return Curved(p, r, Gamma=np.diag([4.0, 2, 3, 1]), sigma_E=1.0, D=60, sigma_H=0.03)


def test_the_curved_model_is_the_case_of_a_semicircle(curved):
    G = curved.G.law  # of N C rows; their D x D matrix has its eigenvalues and zeros

    def cauchy(z):
        return (1 - G.ratio * (1 + z * G.stieltjes(z))) / z

    edges = curved.G.edges
    support, atoms = edges, None
    if edges[0, 0] > 0:
        rank = float(curved.G.law.ratio * (1 - curved.G.law.cdf(0.0)))
        support = np.concatenate([[[0.0, 0.0]], edges])
        atoms = ([0.0], [1 - rank])
    first = Transform(cauchy, support=support, atoms=atoms)
    law = FreeSum(first, Semicircle(curved.noise.sigma_W))
    low, high = curved.edges[0, 0], curved.edges[-1, 1]
    x = np.linspace(low + 1e-3, high - 1e-3, 50)
    assert law.density(x) == pytest.approx(curved.density(x), abs=1e-9 * curved.density(x).max())
    assert law.ends == pytest.approx((low, high), rel=1e-9)
    found = law.outliers(curved.G.outliers)
    assert len(found.position) > 1
    assert found.position == pytest.approx(curved.outliers, rel=1e-9)
    inside = curved.G.solution.transfer[: len(found.position)]
    assert found.overlap * inside == pytest.approx(curved.solution.transfer, rel=1e-7)


def rotated(rng, a, b):
    """``A + U B Uᵀ`` for eigenvalues a and b, and a uniform rotation U."""
    Q, R = np.linalg.qr(rng.standard_normal((len(b), len(b))))
    U = Q * np.sign(R.diagonal())
    return np.diag(a) + (U * b) @ U.T


def test_sampled_sums_agree_to_one_percent():
    n, rng = 600, np.random.default_rng(1)
    a = np.sort(rng.exponential(size=n))
    b = np.repeat([-1.0, 0.5, 2.0], n // 3)
    law = FreeSum(Atoms(a), Atoms([-1.0, 0.5, 2.0]))
    values = np.linalg.eigvalsh(rotated(rng, a, b))
    ranks = (np.arange(n) + 0.5) / n
    assert np.abs(law.cdf(values) - ranks).max() < 0.01
    assert law.density(values[::20]).min() > 0
    # neither independent commuting matrices nor a semicircle of B's variance come near
    commuting = np.sort(a + rng.permutation(b))
    assert np.abs(law.cdf(commuting) - ranks).max() > 0.05
    other = FreeSum(Atoms(a), Semicircle(float(np.std(b)), mean=float(np.mean(b))))
    assert np.abs(other.cdf(values) - ranks).max() > 0.02


def test_atoms_survive_as_the_excess_of_their_masses():
    rng = np.random.default_rng(2)
    a, b = np.repeat([0.0, 1.0], [210, 90]), np.repeat([0.5, 2.0, 3.0], [180, 60, 60])
    law = FreeSum(Atoms(a), Atoms(b))
    position, mass = law.atoms
    assert position.tolist() == [0.5]
    assert mass == pytest.approx([0.3])
    values = np.linalg.eigvalsh(rotated(rng, a, b))
    assert (np.abs(values - 0.5) < 1e-9).sum() == 90
    jump = law.cdf([0.5 - 1e-9, 0.5 + 1e-9])
    assert jump[1] - jump[0] == pytest.approx(0.3, abs=1e-6)


def test_outliers_on_both_sides_and_in_a_gap():
    """Means over draws; the tolerance is 4 standard errors and 2/n, an outlier's known bias."""
    n, draws = 300, 12
    theta = np.array([3.5, 0.1, -2.5])
    grid = -np.cos(np.linspace(0, np.pi, 200))
    bulk = np.repeat([-1.0, 1.0], n // 2)
    b = np.quantile(grid, (np.arange(n) + 0.5) / n) * 0.8
    law = FreeSum(Atoms(bulk), Atoms(b))
    found = law.outliers(theta)
    kept = np.argsort(-np.abs(found.overlap))[:3]
    assert sorted(found.strength[kept]) == sorted(theta)
    order = kept[np.argsort(-found.position[kept])]
    positions, overlaps = [], []
    for seed in range(draws):
        a = bulk.copy()
        places = [0, n // 2, n - 1]
        a[places] = theta
        values, vectors = np.linalg.eigh(rotated(np.random.default_rng(seed), a, b))
        nearest = [int(np.abs(values - each).argmin()) for each in found.position[order]]
        positions.append(values[nearest])
        overlaps.append([vectors[k, i] ** 2 for k, i in zip(places, nearest, strict=True)])
    for sampled, expected in ((positions, found.position), (overlaps, found.overlap)):
        error = np.std(sampled, axis=0, ddof=1) / np.sqrt(draws)
        assert (np.abs(np.mean(sampled, axis=0) - expected[order]) < 4 * error + 2 / n).all()
    # that they stay where they are is rejected for two of them
    error = np.std(positions, axis=0, ddof=1) / np.sqrt(draws)
    assert (np.abs(np.mean(positions, axis=0) - theta) > 4 * error + 2 / n).sum() >= 2


@st.composite
def atomic(draw):
    n = draw(st.integers(1, 4))
    x = draw(st.lists(st.floats(-3, 3), min_size=n, max_size=n))
    w = draw(st.lists(st.floats(0.1, 1), min_size=n, max_size=n))
    return np.array(x), np.array(w)


@settings(max_examples=15, deadline=None)
@given(atomic(), st.floats(0.1, 2), st.floats(-5, 5), st.floats(0.05, 20))
def test_shifts_scales_reflections_and_order(a, sigma, shift, scale):
    x, w = a
    noise = GridDensity([-sigma, 0, 2 * sigma], [0, 1, 0])
    law = FreeSum(Atoms(x, w), noise)
    at = np.linspace(x.min() - sigma, x.max() + sigma, 9)
    density, G = law.density(at), law.cauchy(at + 0.3j)
    swapped = FreeSum(noise, Atoms(x, w))
    assert swapped.density(at) == pytest.approx(density, rel=1e-6, abs=1e-6)
    assert swapped.cauchy(at + 0.3j) == pytest.approx(G, rel=1e-10)
    moved = FreeSum(Atoms(x + shift, w), noise)
    assert moved.cauchy(at + shift + 0.3j) == pytest.approx(G, rel=1e-9)
    assert moved.moments(2)[0] == pytest.approx(law.moments(1)[0] + shift, abs=1e-9)
    large = FreeSum(
        Atoms(scale * x, w), GridDensity(scale * np.array([-sigma, 0, 2 * sigma]), [0, 1, 0])
    )
    assert scale * large.cauchy(scale * (at + 0.3j)) == pytest.approx(G, rel=1e-9)
    turned = FreeSum(Atoms(-x, w), GridDensity([-2 * sigma, 0, sigma], [0, 1, 0]))
    assert turned.cauchy(-at + 0.3j) == pytest.approx(-G.conj(), rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(atomic(), atomic())
def test_means_and_variances_add_and_mass_is_one(a, b):
    first, second = Atoms(*a), Atoms(*b)
    law = FreeSum(first, second)
    m1, m2 = law.moments(2)
    assert m1 == pytest.approx(first.mean + second.mean, abs=1e-12)
    assert m2 - m1**2 == pytest.approx(first.variance + second.variance, abs=1e-11)
    low, high = first.positions[0] + second.positions[0], first.positions[-1] + second.positions[-1]
    assert law.cdf([low - 0.1, high + 0.1]) == pytest.approx([0, 1], abs=1e-9)
    far = m1 + 1e4j
    assert law.cauchy(far) * 1e4j == pytest.approx(1 - (m2 - m1**2) / 1e8, rel=1e-9)


def test_an_atom_that_is_two_within_rounding():
    noise = GridDensity([-0.5, 0.0, 1.0], [0.0, 1.0, 0.0])
    z = np.array([-0.375 + 0.3j])
    for law in (FreeSum(Atoms([0.0, 1e-115]), noise), FreeSum(noise, Atoms([0.0, 1e-115]))):
        assert law.cauchy(z) == pytest.approx(noise.cauchy(z)[0], rel=1e-12)


def test_density_and_moments_agree_with_integrals():
    law = FreeSum(Atoms([0.0, 1.0, 5.0], [0.7, 0.2, 0.1]), GridDensity([-1.0, 0, 1], [0.0, 1, 0]))
    t = np.linspace(0, np.pi, 4001)
    total = np.zeros(4)
    for low, high in law.edges:
        x = (low + high) / 2 - (high - low) / 2 * np.cos(t)
        f = law.density(x) * np.sin(t) * (high - low) / 2
        total += [np.trapezoid(f * x**k, t) for k in range(4)]
    assert total == pytest.approx(np.r_[1, law.moments(3)], rel=1e-6)


def test_a_law_that_knows_no_logarithm_has_no_cdf():
    bulk = SampleCovariance([1.0], ratio=0.25)
    law = FreeSum(Transform(lambda z: -bulk.stieltjes(z), support=bulk.edges()), COIN)
    with pytest.raises(InputError, match="first and second must know"):
        law.cdf([0.0])


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: FreeSum(COIN, COIN).cauchy(1 - 1j), "z must be finite and not below"),
        (lambda: FreeSum(COIN, COIN).density([np.nan]), "x must be finite"),
        (lambda: FreeSum(COIN, COIN).outliers([1.0]), "strength must lie off the support.*got 1"),
        (lambda: FreeSum(COIN, COIN).moments(0), "count must be at least 1, got 0"),
        (lambda: Semicircle(0.0), "sigma must be greater than 0"),
        (lambda: Transform(lambda z: 2 / z, support=[[0, 1]]), "function must behave as 1/z"),
        (lambda: Transform(lambda z: 1 / z, support=[[1, 0]]), "support must hold ascending"),
    ],
)
def test_what_is_out_of_bounds_is_refused(call, text):
    with pytest.raises(InputError, match=text):
        call()
