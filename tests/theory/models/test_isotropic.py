"""The models as objects: the same names for all, checked once, each equation solved once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from simulate import hessian as sampler
from tests.support.draws.sampling import means, outputs
from theory import checks, curvature, gradient, hessian, separable, stream
from theory.bulk import separable_covariance
from theory.checks import InputError
from theory.models import (
    Curved,
    Isotropic,
    Separable,
    outlier_equation,
)
from theory.models.noise import Noise
from theory.models.power import Power
from theory.models.separable import outliers as separable_outliers
from theory.spread.splitting import Ordered

N, C, D = 60, 4, 150


RNG = np.random.default_rng(3)


P = outputs(RNG, N=N, C=C, sigma_z=1.5)


LABELS = RNG.integers(C, size=N)


R = P - np.eye(C)[LABELS]


FEW = means(RNG, R=C, D=D, sigma_c=2.0)


MANY = means(RNG, R=C * C, D=D, sigma_c=2.0)


T = np.arange(1, D + 1) ** -0.4


K_C = np.eye(C) + 0.3


MODELS = {
    "FG": lambda: Isotropic(P, Gamma=FEW @ FEW.T, sigma_E=1.0, D=D),
    "cluster": lambda: Isotropic(P, Gamma=MANY @ MANY.T, sigma_E=1.0, D=D, groups=LABELS),
    "separable": lambda: Separable(P, means=MANY, sigma_E=1.0, T=T, K_C=K_C, groups=LABELS),
    "curved": lambda: Curved(
        P, R, Gamma=MANY @ MANY.T, sigma_E=1.0, D=D, sigma_H=0.05, groups=LABELS
    ),
}


@pytest.fixture(params=list(MODELS))
def make(request):
    return MODELS[request.param]


def asked(model) -> dict[str, Any]:
    """All that every model answers to."""
    low, high = model.edges[-1]
    x = np.linspace(low, high, 7)[1:-1]
    return {
        "outliers": model.outliers,
        "edges": model.edges,
        "density": model.density(x),
        "power": model.power(R),
        "power_density": model.power_density(x, R),
        "overlaps": model.overlaps,
        "spread": model.spread,
        "eigenvalues": model.eigenvalues,
        "trace": model.trace,
        "frobenius": model.frobenius,
    }


def test_every_model_answers_to_the_same_names(make):
    model = make()
    found = asked(model)
    k = len(model.outliers)
    assert k >= C - 1
    assert np.all(np.diff(model.outliers) < 0)
    assert model.outliers[-1] > model.edges[-1, 1]
    assert model.overlaps.shape == (k,)
    assert np.all((model.overlaps > 0) & (model.overlaps < 1))
    assert isinstance(found["power"], Power)
    assert isinstance(found["spread"], Ordered)
    assert found["power"].outliers.shape == found["spread"].std.shape == (k,)
    assert np.all(found["density"] > 0)
    assert np.all(found["power_density"] > 0)
    np.testing.assert_array_equal(model.eigenvalues[:k], model.outliers)
    assert model.eigenvalues.sum() == pytest.approx(model.trace)


def test_the_bulk_and_its_power_integrate_to_what_is_left(make):
    """By quadrature in the angle, which square-root edges ask for."""
    model = make()
    mass = power = 0.0
    for low, high in model.edges:
        nodes, weights = np.polynomial.legendre.leggauss(60)
        angle = np.pi / 2 * (nodes + 1)
        x = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
        jacobian = np.pi / 2 * weights * (high - low) / 2 * np.sin(angle)
        mass += jacobian @ model.density(x)
        power += jacobian @ model.power_density(x, R)
    assert mass == pytest.approx(1.0, abs=0.01)  # N (C-1) > D
    assert power == pytest.approx(model.power(R).bulk, abs=0.03)


def test_each_equation_is_solved_once(make, monkeypatch):
    """However often, and in whatever order, the attributes are asked for."""
    counts: Counter[str] = Counter()

    def counted(owner, name):
        plain = getattr(owner, name)

        def wrapped(*arguments, **named):
            counts[name] += 1
            return plain(*arguments, **named)

        monkeypatch.setattr(owner, name, wrapped)

    counted(checks, "probabilities")
    for owner in (outlier_equation, separable_outliers):
        counted(owner, "solve")
    counted(separable_outliers, "bulk")
    edge = Noise.__dict__["edge"]
    plain = edge.func
    monkeypatch.setattr(edge, "func", lambda noise: counts.update(edge=1) or plain(noise))
    model = make()
    for _ in range(2):
        asked(model)
    assert counts["probabilities"] == counts["solve"] == 1
    assert counts["bulk"] + counts["edge"] == 1


def test_a_model_is_frozen():
    with pytest.raises(AttributeError):
        MODELS["FG"]().noise = None  # pyright: ignore[reportAttributeAccessIssue]


def test_functions_are_ways_in():
    options = {"Gamma": MANY @ MANY.T, "sigma_E": 1.0, "D": D, "groups": LABELS}
    model = MODELS["cluster"]()
    np.testing.assert_array_equal(hessian.outliers(P, **options), model.outliers)
    np.testing.assert_array_equal(gradient.power(P, R, **options).outliers, model.power(R).outliers)
    assert hessian.frobenius(P, **options) == model.frobenius
    H = MODELS["curved"]()
    np.testing.assert_array_equal(curvature.outliers(P, R, sigma_H=0.05, **options), H.outliers)
    noise = {"means": MANY, "sigma_E": 1.0, "T": T, "K_C": K_C, "groups": LABELS}
    wide = MODELS["separable"]()
    np.testing.assert_array_equal(separable.outliers(P, **noise), wide.outliers)
    assert separable.trace(P, **noise) == wide.trace


def test_separable_is_isotropic_where_the_noise_is():
    plain = Isotropic(P, Gamma=MANY @ MANY.T, sigma_E=1.0, D=D, groups=LABELS)
    flat = Separable(P, means=MANY, sigma_E=1.0, T=np.ones(D), groups=LABELS)
    np.testing.assert_allclose(flat.outliers, plain.outliers, rtol=1e-9)
    assert flat.trace == pytest.approx(plain.trace, rel=1e-12)
    assert flat.frobenius == pytest.approx(plain.frobenius, rel=1e-12)


def test_curved_without_curvature_is_isotropic():
    plain = Isotropic(P, Gamma=FEW @ FEW.T, sigma_E=1.0, D=D)
    flat = Curved(P, R, Gamma=FEW @ FEW.T, sigma_E=1.0, D=D, sigma_H=0.0)
    low, high = plain.edges[0]
    x = np.linspace(low, high, 5)
    np.testing.assert_allclose(flat.outliers, plain.outliers, rtol=1e-12)
    np.testing.assert_array_equal(flat.eigenvalues, plain.eigenvalues)
    np.testing.assert_allclose(flat.power_density(x, R), plain.power_density(x, R), rtol=1e-12)
    assert flat.frobenius == plain.frobenius


DRAWS = 300


@pytest.fixture(scope="module")
def drawn():
    """Spectra of H and of G with anisotropic noise, drawn by the sampler."""
    H = {"means": MANY, "sigma_E": 1.0, "D": D, "groups": LABELS, "sigma_H": 0.05}
    G = {"means": MANY, "sigma_E": 1.0, "D": D, "groups": LABELS, "T": T, "K_C": K_C}
    return {
        name: [
            sampler.spectrum(P, R, rng=stream(0, name, i), **model).eigenvalues
            for i in range(DRAWS)
        ]
        for name, model in (("curved", H), ("separable", G))
    }


def test_eigenvalues_of_H_by_rank(drawn):
    """Within a third of a spacing of the mean of draws; curvature wrong by a tenth is not."""
    model, mean = MODELS["curved"](), np.mean(drawn["curved"], axis=0)
    wrong = Curved(P, R, Gamma=MANY @ MANY.T, sigma_E=1.0, D=D, sigma_H=0.055, groups=LABELS)
    off = [
        np.mean(np.abs((other.eigenvalues - mean) / np.gradient(mean))[len(other.outliers) :])
        for other in (model, wrong)
    ]
    assert off[0] < 1 / 3 < off[1]


@pytest.mark.parametrize("name", ["curved", "separable"])
def test_moments_are_those_of_samples(drawn, name):
    model = MODELS[name]()
    trace = np.array([values.sum() for values in drawn[name]])
    square = np.array([values @ values for values in drawn[name]])
    for sample, told in ((trace, model.trace), (square, model.frobenius**2)):
        error = sample.std(ddof=1) / np.sqrt(DRAWS)
        assert abs(sample.mean() - told) < 4 * error
        assert abs(sample.mean() - 1.03 * told) > 4 * error  # power


def test_bad_input_is_told():
    with pytest.raises(InputError, match="sigma_H must be greater than 0, got 0"):
        Curved(P, R, sigma_E=1.0, D=D, sigma_H=0.0).spikes([1.0])
    with pytest.raises(InputError, match="D must be at most 10000000 to list all, got 20000000"):
        _ = Curved(P, R, sigma_E=1.0, D=2 * 10**7, sigma_H=0.1).eigenvalues
    with pytest.raises(InputError, match="sigma_E must be greater than 0, got 0"):
        _ = Isotropic(P, Gamma=np.eye(C), sigma_E=0.0, D=D).edges
    with pytest.raises(InputError, match=r"means must have shape \(16, 150\), got \(4, 150\)"):
        Separable(P, means=FEW, sigma_E=1.0, T=T, groups=LABELS)


def test_a_large_T_enters_as_fewer_atoms(monkeypatch):
    rng = np.random.default_rng(0)
    p, T = outputs(rng, N=40, C=3, sigma_z=1.0), np.arange(1, 6001.0) ** -0.5
    few, every = (Separable(p, means=np.eye(3, 6000), sigma_E=1.0, T=T) for _ in range(2))
    low, high = few.edges[0]
    x = np.linspace(low, high, 9)[1:-1]
    density, outliers = few.density(x), few.outliers
    assert few.law.t.size < 6000
    assert np.all(np.diff(few.law.t) >= 0)
    monkeypatch.setattr(separable_covariance, "MAX_ATOMS", 10**6)
    assert every.law.t.size > 5900
    np.testing.assert_allclose(outliers, every.outliers, rtol=1e-10)
    np.testing.assert_allclose(density, every.density(x), rtol=1e-8)


def test_masses_of_intervals_far_apart():
    """Frozen outputs spread the atoms over 90 decades: masses need no root of the law."""
    p = outputs(np.random.default_rng(0), N=100, C=10, sigma_z=40.0)
    model = Isotropic(p, sigma_E=0.7, D=10**5)
    assert len(model.edges) == len(model.masses) > 100
    assert model.masses.min() > 0
    assert model.masses.sum() <= 900 / 10**5 * (1 + 1e-12)
    near = Isotropic(P, sigma_E=1.0, D=4000)
    below = near.law.cdf(near.edges)
    np.testing.assert_allclose(
        near.masses, near.law.ratio * (below[:, 1] - below[:, 0]), atol=1e-14
    )
