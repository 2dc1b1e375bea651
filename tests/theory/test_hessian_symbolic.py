"""SymPy derives the closed forms; the numeric code meets their lambdified results."""

from typing import Any

import numpy as np
import pytest
import sympy as sp

from tests.support.draws.sampling import outputs
from theory import Params, hessian, rem, softmax
from theory.averaged.laws.logit_law import common_outlier, logit_law

N, C, D, s, u, kappa = sp.symbols("N C D s u kappa", positive=True)


sigma_c, sigma_E = sp.symbols("sigma_c sigma_E", positive=True)


PARAMETERS = (N, C, D, sigma_c, sigma_E)


POINTS = [(300, 10, 1000, 1.0, 0.7), (40, 3, 5000, 0.3, 1.1), (7, 2, 20, 2.0, 3.0)]


def block(q):
    return sp.diag(*q) - sp.Matrix(q) * sp.Matrix(q).T


def laplacian(q):
    """diag(d) - d dᵀ/η with d = q/(1 + κq), η = Σd."""
    d = [x / (1 + kappa * x) for x in q]
    return sp.diag(*d) - sp.Matrix(d) * sp.Matrix(d).T / sum(d)


@pytest.mark.parametrize("size", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_resolvent_identity(size):
    free = list(sp.symbols(f"p0:{size - 1}"))
    q = [*free, 1 - sum(free)]
    A = block(q)
    error = (A - (sp.eye(size) + kappa * A) * laplacian(q)).applyfunc(sp.simplify)
    assert error == sp.zeros(size)
    wrong = A - (sp.eye(size) + kappa * A) * laplacian([x / 2 for x in q])
    assert wrong.applyfunc(sp.simplify) != sp.zeros(size)


def test_resolvent_at_three_classes():
    p = outputs(np.random.default_rng(0), N=5, C=3, sigma_z=1.5)
    q = sp.symbols("q0:3")
    dense = sp.lambdify((kappa, *q), laplacian(list(q)))
    for strength in (-1.2, 0.0, 7.0):
        expected = np.mean([dense(strength, *row) for row in p], axis=0)
        T = softmax.resolvent_mean(p, kappa=strength, groups=np.zeros(5, dtype=np.int64), G=1)
        np.testing.assert_allclose(T[0], expected, rtol=1e-12, atol=1e-15)


def test_secular_equation_is_the_characteristic_polynomial():
    q = [*sp.symbols("p0:2"), 1 - sum(sp.symbols("p0:2"))]
    lam = sp.Symbol("lambda")
    secular = sum(x / (x - lam) for x in q) * sp.prod([x - lam for x in q])
    polynomial = (block(q) - lam * sp.eye(3)).det()
    assert sp.simplify(polynomial + lam * secular) == 0


def test_two_classes():
    """One eigenvalue a = 2p(1-p), so B = a/(1 + κa) and the bulk map is a mean over examples."""
    q = sp.Symbol("q")
    a = 2 * q * (1 - q)
    direction = sp.Matrix([1, -1]) / sp.sqrt(2)
    expected = a / (1 + kappa * a) * direction * direction.T
    assert sp.simplify(laplacian([q, 1 - q]) - expected) == sp.zeros(2)
    eigenvalue = sp.lambdify(q, a)
    x = np.array([0.5, 0.3, 0.05])
    p = np.column_stack([x, 1 - x])
    np.testing.assert_allclose(softmax.eigenvalues(p)[:, 0], eigenvalue(x), rtol=1e-14)


def test_two_equal_classes_outlier_with_a_general_gram():
    """At p = 1/2 only c_1 - c_2 counts: the closed form with σ_c² → |c_1 - c_2|²/2."""
    Gamma = np.array([[1.5, 0.4], [0.4, 0.9]])
    length = (Gamma[0, 0] + Gamma[1, 1] - 2 * Gamma[0, 1]) / 2
    found = hessian.outliers(np.full((50, 2), 0.5), Gamma=Gamma, sigma_E=0.6, D=400)
    closed = sp.lambdify(PARAMETERS, outlier())
    assert found == pytest.approx([closed(50, 2, 400, np.sqrt(length), 0.6)], rel=1e-12)


def silverstein():
    """z(u) at p = 1/C: population eigenvalue s/C with multiplicity N(C-1)."""
    tau = sigma_E**2 / (N * C)
    return u + N * (C - 1) / D * tau / (1 - tau / u)


def root():
    """u of the C-1 equal outliers: σ_c² (1/C)/(1 - s/(C u)) = u."""
    tau = sigma_E**2 / (N * C)
    (solution,) = sp.solve(sigma_c**2 / C / (1 - tau / u) - u, u)
    return solution


def outlier():
    return silverstein().subs(u, root())


def critical_points():
    return sp.solve(sp.numer(sp.together(sp.diff(silverstein(), u))), u)


def test_small_sigma_z_outlier():
    n, theta2, w2 = N * (C - 1), N * sigma_c**2, sigma_E**2 / D
    closed = (theta2 + w2 * n) * (theta2 + w2 * D) / (theta2 * N * C)
    assert sp.simplify(outlier() - closed) == 0
    for point in POINTS:
        size, classes, dimension, length, noise = point
        found = hessian.outliers(
            np.full((size, classes), 1 / classes),
            Gamma=length**2 * np.eye(classes),
            sigma_E=noise,
            D=dimension,
        )
        expected = sp.lambdify(PARAMETERS, closed)(*point)
        if len(found):
            np.testing.assert_allclose(found, np.full(classes - 1, expected), rtol=1e-11)


def test_small_sigma_z_edges_are_marchenko_pastur():
    n, w2 = N * (C - 1), sigma_E**2 / D
    low, high = (w2 * (sp.sqrt(n) + sign * sp.sqrt(D)) ** 2 / (N * C) for sign in (-1, 1))
    positive = sp.symbols("a b", positive=True)  # a² = N(C-1), b² = D: makes the roots rational
    reduce = {D: positive[1] ** 2, N: positive[0] ** 2 / (C - 1)}
    found = [silverstein().subs(u, point).subs(reduce) for point in critical_points()]
    for edge in (low, high):
        difference = [sp.simplify(sp.radsimp(sp.simplify(x - edge.subs(reduce)))) for x in found]
        values = [
            float(x.subs({positive[0]: 3, positive[1]: 5, C: 4, sigma_E: 1})) for x in difference
        ]
        assert min(map(abs, values)) < 1e-14
    for point in POINTS:
        size, classes, dimension, _, noise = point
        p = np.full((size, classes), 1 / classes)
        (found_edges,) = hessian.edges(p, sigma_E=noise, D=dimension)
        expected = [sp.lambdify(PARAMETERS, edge)(*point) for edge in (low, high)]
        np.testing.assert_allclose(found_edges, expected, rtol=1e-11, atol=1e-14 * expected[1])


def test_small_sigma_z_threshold():
    """Outliers exist where z'(u) > 0 at the root: (σ_c/σ_E)⁴ > (C-1)/(N D)."""
    slope = sp.diff(silverstein(), u).subs(u, root())
    assert sp.simplify(slope - (1 - (C - 1) / (N * D) * (sigma_E / sigma_c) ** 4)) == 0
    for size, classes, dimension, _, noise in POINTS:
        p = np.full((size, classes), 1 / classes)
        critical = noise * ((classes - 1) / (size * dimension)) ** 0.25
        counts = [
            len(
                hessian.outliers(
                    p,
                    Gamma=(factor * critical) ** 2 * np.eye(classes),
                    sigma_E=noise,
                    D=dimension,
                )
            )
            for factor in (1 - 1e-6, 1 + 1e-6)
        ]
        assert counts == [0, classes - 1]


@pytest.mark.parametrize("size", [2, 3, 4])
def test_small_sigma_z_series_of_the_participation(size):
    """E Y = 1/C + (C-1)/C² σ_z² + O(σ_z⁴), so the noiseless outlier is σ_c² (1/C - σ_z²/C²)."""
    t, z = sp.Symbol("t"), sp.symbols(f"z0:{size}")
    weights = [sp.exp(t * x) for x in z]
    Y = sum(w**2 for w in weights) / sum(weights) ** 2
    second: Any = sp.expand(sp.diff(Y, t, 2).subs(t, 0) / 2)
    moment = sum(second.coeff(x, 2) for x in z)  # E z_k² = 1, E z_k z_l = 0
    assert moment == sp.Rational(size - 1, size**2)
    sigma = np.array([0.1, 0.05])
    error = rem.participation(sigma, C=size) - (1 / size + float(moment) * sigma**2)
    assert error[0] / error[1] == pytest.approx(16, rel=0.05)


def test_small_sigma_z_series_of_the_outlier():
    """The common position to order σ_z²: both sides of σ_c² t(-s/u) = u expanded, three classes."""
    t, z = sp.Symbol("t"), sp.symbols("z0:3")
    weights = [sp.exp(t * x) for x in z]
    trace = laplacian([w / sum(weights) for w in weights]).trace()
    second: Any = sp.expand(sp.simplify(sp.diff(trace, t, 2).subs(t, 0) / 2))
    mean = {0: trace.subs(t, 0) / 2, 1: sum(second.coeff(x, 2) for x in z) / 2}
    at = {order: value.subs(kappa, -s / u) for order, value in mean.items()}
    ratio = s * N * 2 / D
    first = sigma_c**2 * at[1] / (1 - sigma_c**2 * sp.diff(at[0], u))
    position = {0: u + ratio * at[0], 1: first * (1 + ratio * sp.diff(at[0], u)) + ratio * at[1]}
    values = {N: 300, D: 1000, sigma_c: 1, s: sp.Rational(49, 100) / 300}
    start = sp.nsolve((sigma_c**2 * at[0] - u).subs(values), u, 0.3, prec=30)
    zeroth, slope = (float(position[order].subs(values).subs(u, start)) for order in (0, 1))
    sigma = np.array([0.2, 0.1])
    found = []
    for x in sigma:
        params = Params(N=300, C=3, D=1000, sigma_z=x, sigma_c=1.0, sigma_E=0.7)
        outlier = common_outlier(logit_law(params))
        assert outlier is not None
        found.append(outlier.position)
    error = np.array(found) - zeroth - slope * sigma**2
    assert error[0] / error[1] == pytest.approx(16, rel=0.1)
