"""Curvature on random hyperplanes against sampled cuts, exact limits and scaling."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.support.draws.sampling import hessian, logit_gradients, means, outputs
from theory import InputError, Params, averages
from theory.averaged import goldilocks

BASE = Params(N=80, C=5, D=600, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


def sampled(params, *, sigma_H, d, draws, full=False):
    """Trace, square and positive fraction of sampled cuts; by a hyperplane of D weights if full."""
    rows = []
    for i in range(draws):
        rng = np.random.default_rng([i, d])
        P = params
        p = outputs(rng, N=P.N, C=P.C, sigma_z=P.sigma_z)
        r = p - np.eye(P.C)[rng.integers(P.C, size=P.N)]
        size = P.D if full else d
        scale = math.sqrt(size / P.D)
        c = means(rng, R=P.C, D=size, sigma_c=P.sigma_c * scale)
        H = hessian(logit_gradients(rng, c, sigma_E=P.sigma_E * scale, N=P.N), p)
        W = rng.standard_normal((size, size))
        H += sigma_H * np.sqrt(np.mean(np.sum(r * r, axis=1))) * (W + W.T) / np.sqrt(2 * P.D)
        if full:
            plane = np.linalg.qr(rng.standard_normal((P.D, d)))[0]
            H = plane.T @ H @ plane
        values = np.linalg.eigvalsh(H)
        rows.append((values.sum(), np.sum(values**2), np.mean(values > 0)))
    return np.array(rows)


@pytest.mark.parametrize(("sigma_H", "d"), [(0.003, 40), (0.02, 40), (0.02, 200)])
def test_sampled_cuts(sigma_H, d):
    """Exact moments within z = 4; the positive fraction with a bias of 1/d; no K is refused."""
    found = goldilocks.cut(BASE, sigma_H=sigma_H, d=d)
    rows = sampled(BASE, sigma_H=sigma_H, d=d, draws=40)
    mean, error = rows.mean(axis=0), rows.std(axis=0) / np.sqrt(len(rows))
    assert abs(mean[0] - found.trace) < 4 * error[0]
    assert abs(mean[1] - found.frobenius**2) < 4 * error[1]
    assert abs(mean[2] - found.positive) < 4 * error[2] + 0.5 / d
    bare = goldilocks.cut(BASE, sigma_H=0.0, d=d)
    assert abs(mean[1] - bare.frobenius**2) > 6 * error[1] or sigma_H < 0.01
    assert abs(mean[2] - bare.positive) > 4 * error[2] + 0.5 / d


def test_a_random_hyperplane_is_the_model_in_its_dimension():
    params = replace(BASE, D=150, N=30)
    found = goldilocks.cut(params, sigma_H=0.02, d=20)
    rows = sampled(params, sigma_H=0.02, d=20, draws=40, full=True)
    mean, error = rows.mean(axis=0), rows.std(axis=0) / np.sqrt(len(rows))
    expected = [found.trace, found.frobenius**2, found.positive]
    assert np.all(np.abs(mean - expected) < 4 * error + [0, 0, 0.5 / 20])


def test_curvature_alone_is_half_positive():
    flat = replace(BASE, sigma_c=1e-6, sigma_E=1e-6)
    found = goldilocks.cut(flat, sigma_H=1.0, d=50)
    assert found.positive == pytest.approx(0.5, abs=1e-6)
    assert found.convexity == pytest.approx(0, abs=1e-6)
    residual = 1 + averages.participation(flat) - 2 / 5
    assert found.frobenius**2 == pytest.approx(residual * 50 * 51 / 600, rel=1e-6)


def test_without_curvature():
    """All positive up to rank; the ratios sampled in full space at σ_z = 1, 5, 20, 80."""
    params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    for sigma_z, ratio in ((1, 4.42), (5, 4.33), (20, 3.98), (80, 2.97)):
        found = goldilocks.cut(replace(params, sigma_z=float(sigma_z)), sigma_H=0.0, d=1000)
        assert found.convexity == pytest.approx(ratio, rel=0.03)
        assert found.positive == 1.0
        assert found.dominance == math.inf
    low = goldilocks.cut(replace(params, N=20), sigma_H=0.0, d=900)
    assert low.positive == pytest.approx(20 * 9 / 900)


def test_positive_fraction_with_a_weak_curvature_keeps_the_rank():
    """N(C-1) = 0.3 d: the zero eigenvalues split evenly, 0.3 + 0.35."""
    params = replace(BASE, N=15, C=3, D=100, sigma_c=0.0)
    found = goldilocks.cut(params, sigma_H=1e-5, d=100)
    assert found.positive == pytest.approx(0.65, abs=0.005)


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
def test_radius_scales_as_a_homogeneous_network(degree):
    moved, curvature = goldilocks.at_radius(BASE, sigma_H=0.1, radius=2.0, degree=degree)
    assert moved.sigma_z == pytest.approx(2.0**degree)
    assert moved.sigma_c == pytest.approx(2.0 ** (degree - 1))
    assert moved.sigma_E == pytest.approx(0.7 * 2.0 ** (degree - 1))
    assert curvature == pytest.approx(0.1 * 2.0 ** (degree - 2))


def test_zone_has_two_edges():
    """Convexity rises out of K's at small radii, and falls as the softmax freezes."""
    params = replace(BASE, N=20, sigma_z=0.5)
    options = {"sigma_H": 0.004, "d": 40, "degree": 2}
    radii = np.geomspace(0.03, 12, 24)
    zone = goldilocks.zone(params, radii=radii, fraction=0.7, **options)
    convexity = np.array([c.convexity for c in zone.cuts])
    assert 0 < zone.inner < zone.peak < zone.outer < math.inf
    assert convexity[0] < 0.1 * convexity.max()
    for edge in (zone.inner, zone.outer):
        moved, curvature = goldilocks.at_radius(params, sigma_H=0.004, radius=edge, degree=2)
        there = goldilocks.cut(moved, sigma_H=curvature, d=40).convexity
        assert there == pytest.approx(0.7 * convexity.max(), rel=1e-6)
    dominance = np.array([c.dominance for c in zone.cuts])
    slopes = np.diff(np.log(dominance)) / np.diff(np.log(radii))
    assert slopes[0] == pytest.approx(2, abs=0.05)  # G/K ∝ ρ^L while σ_z is small
    assert zone.cuts[0].positive == pytest.approx(0.5, abs=0.01)
    open_ended = goldilocks.zone(params, radii=radii[8:14], fraction=0.1, **options)
    assert (open_ended.inner, open_ended.outer) == (0.0, math.inf)


def test_condition_of_vysogorets():
    """Equal outputs: Γ² = C-1, and without means √d, with means alone Γ."""
    p = np.full((50, 5), 0.2)
    bare = goldilocks.mean_convexity(p, sigma_c=0.0, sigma_E=1.0, d=64)
    assert bare == pytest.approx(8)
    assert goldilocks.mean_convexity(p, sigma_c=1.0, sigma_E=0.0, d=64) == pytest.approx(2)
    between = goldilocks.mean_convexity(p, sigma_c=1.0, sigma_E=1.0, d=64)
    assert between == pytest.approx(8 * 2 / math.sqrt(3 + 64 / 4))


@pytest.mark.parametrize(("sigma_c", "sigma_E"), [(0.0, 1.0), (0.4, 1.0), (1.0, 0.0)])
def test_convexity_of_G_is_the_sampled_one_and_that_of_its_mean_is_not(sigma_c, sigma_E):
    N, C, d, draws = 6, 3, 40, 3000
    rng = np.random.default_rng(3)
    p = outputs(rng, N=N, C=C, sigma_z=1.0)
    moments = np.empty((draws, 2))
    for i in range(draws):
        c = means(rng, R=C, D=d, sigma_c=sigma_c * math.sqrt(d))
        G = hessian(logit_gradients(rng, c, sigma_E=sigma_E * math.sqrt(d), N=N), p)
        moments[i] = np.trace(G), np.sum(G**2)
    (trace, square), scale = moments.mean(axis=0), moments.std(axis=0) / math.sqrt(draws)
    sampled = trace / math.sqrt(square)
    error = sampled * math.hypot(scale[0] / trace, scale[1] / square / 2)
    scales = {"sigma_c": sigma_c, "sigma_E": sigma_E, "d": d}
    assert abs(goldilocks.convexity(p, **scales) - sampled) < 4 * error
    assert abs(goldilocks.mean_convexity(p, **scales) - sampled) > 10 * error or sigma_E == 0
    for neighbour in (d // 2, 2 * d):
        wrong = goldilocks.convexity(p, **scales | {"d": neighbour})
        assert abs(wrong - sampled) > 4 * error or sigma_E == 0  # of rank 2, it hardly moves
    many = np.tile(p, (2000, 1))
    far = goldilocks.mean_convexity(many, **scales)
    assert goldilocks.convexity(many, **scales) == pytest.approx(far, rel=3 / d)


def test_convexity_needs_lengths_and_an_undecided_example():
    for function in (goldilocks.convexity, goldilocks.mean_convexity):
        with pytest.raises(InputError, match="sigma_c and sigma_E must not both be 0"):
            function(np.full((2, 2), 0.5), sigma_c=0, sigma_E=0, d=3)
        with pytest.raises(InputError, match="p must leave an example undecided"):
            function(np.eye(3), sigma_c=1, sigma_E=0, d=3)


def test_the_fraction_is_found_where_an_edge_of_the_bulk_is_at_zero():
    """There the root is double; on either side of it the fraction meets 1 without a jump."""
    params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)

    def positive(sigma_H):
        return goldilocks.cut(params, sigma_H=sigma_H, d=50).positive

    low, high = 1e-4, 1e-2
    while high - low > 1e-15:
        middle = (low + high) / 2
        low, high = (middle, high) if positive(middle) == 1 else (low, middle)
        if middle in (low, high) and high - low < 1e-14:
            break
    assert positive(high) == pytest.approx(1, abs=1e-6)
    assert positive(1.2 * high) < 1 - 1e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"d": 601}, "d must be at most D = 600, got 601"),
        ({"sigma_H": -1.0}, "sigma_H must be at least 0, got -1"),
        ({"radii": [2.0, 1.0]}, "radii must be at least 2, positive and increasing"),
        ({"fraction": 1.0}, "fraction must be below 1, got 1"),
        ({"degree": 0}, "degree must be at least 1, got 0"),
    ],
)
def test_bad_input(change, message):
    options = {"sigma_H": 0.1, "d": 10, "degree": 2, "radii": [0.5, 1.0]} | change
    with pytest.raises(InputError, match=message):
        goldilocks.zone(BASE, **options)


@pytest.mark.parametrize("sigma_H", [1e-7, 1e-6, 1e-5, 1e-4, 3e-4])
def test_all_are_positive_where_zero_lies_below_the_bulk(sigma_H):
    """The root is real there, and rounding must not choose its side."""
    params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    assert goldilocks.cut(params, sigma_H=sigma_H, d=50).positive == 1.0


def test_the_positive_fraction_does_not_alternate_inside_the_zone():
    params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    radii = np.geomspace(0.1, 5, 15)
    found = goldilocks.zone(params, sigma_H=0.003, d=10, degree=3, radii=radii)
    positive = np.array([cut.positive for cut in found.cuts])
    top = int(positive.argmax())
    assert np.all(np.diff(positive[: top + 1]) >= 0)
    assert np.all(np.diff(positive[top:]) <= 0)
