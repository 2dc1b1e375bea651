"""Parameters and spectrum from a kernel: against logit gradients that have exactly that kernel."""

import numpy as np
import pytest

from tests.support.draws.sampling import dual, gradient
from theory import InputError
from theory.models import Isotropic
from theory.ntk import AtInitialisation, kernels

N, C = 40, 4
rng = np.random.default_rng(0)
X = rng.standard_normal((N, 6)) + 1
TANGENT = kernels(X, hidden=[30, 30]).tangent
LABELS = np.arange(N) % C
Z = rng.standard_normal((N, C))
P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def model():
    return AtInitialisation(TANGENT, P, LABELS)


@pytest.fixture(scope="module")
def J():
    """``J (N, C, C N)`` with ``J_{μk}·J_{νl} = δ_kl Θ_μν``: each logit has its own directions."""
    root = np.linalg.cholesky(TANGENT)
    out = np.zeros((N, C, C, N))
    for k in range(C):
        out[:, k, k] = root
    return out.reshape(N, C, C * N)


def test_the_spectrum_of_G_and_the_gradient(model, J):
    r = P - np.eye(C)[LABELS]
    values, power = dual(J, P, r)
    assert model.eigenvalues == pytest.approx(values, rel=1e-8, abs=1e-10)
    assert model.eigenvalues.sum() == pytest.approx(model.trace, rel=1e-12)
    assert model.gradient_norm == pytest.approx(np.linalg.norm(gradient(J, r)), rel=1e-10)
    assert model.gradient_power[:10] == pytest.approx(power[:10], rel=1e-6, abs=1e-9)
    assert model.gradient_power.sum() == pytest.approx(1, rel=1e-8)


def test_cosines_and_lengths_over_pairs(model, J):
    units = J / np.linalg.norm(J, axis=2, keepdims=True)
    apart = ~np.eye(N, dtype=bool)
    cosines = np.einsum("mkd,nkd->kmn", units, units)
    same = LABELS[:, None] == LABELS
    of_class = [np.mean(cosines[k][np.outer(k == LABELS, k == LABELS) & apart]) for k in range(C)]
    assert model.q_SLSC == pytest.approx(np.mean(of_class))
    assert model.q_SL == pytest.approx(np.mean(cosines[:, apart]))
    assert model.q_SLSC > model.q_SL - 0.1
    products = np.einsum("mkd,nld->mknl", J, J)
    Gamma = np.kron(model._of_classes(TANGENT), np.eye(C))
    assert np.trace(model.Gamma()) == pytest.approx(np.trace(Gamma))
    assert np.linalg.eigvalsh(model.Gamma())[0] > -1e-9
    for a, b, k, el in ((0, 0, 1, 1), (0, 2, 1, 1), (3, 1, 0, 2)):
        pairs = np.outer(a == LABELS, b == LABELS) & apart
        mean = products[:, k, :, el][pairs].mean()
        assert Gamma[a * C + k, b * C + el] == pytest.approx(mean, abs=1e-10)
    square = np.einsum("mkd,mkd->", J, J) / (N * C)
    for level in ("FG", "cluster"):
        assert model.sigma_c(level) ** 2 + model.sigma_E(level) ** 2 == pytest.approx(square)
    own = products[:, 0, :, 0][same & apart].mean()
    assert model.sigma_c() ** 2 == pytest.approx(own)


def test_the_effective_dimension_of_a_sample_is_that_of_the_law():
    """Unbiased numerator: mean over samples against (tr T)²/tr T² of a known covariance."""
    spectrum = np.array([4.0, 2.0, 1.0, 1.0, 0.5, 0.5, 0.25])
    inverse, plain = [], []
    for seed in range(300):
        E = np.random.default_rng(seed).standard_normal((20, 7)) * np.sqrt(spectrum) + 3.0
        found = AtInitialisation(E @ E.T, np.full((20, 3), 1 / 3), np.arange(20) % 3)
        inverse.append(
            3 * spectrum.sum() ** 2 / (found.effective_dimension / found.sigma_E("FG") ** 4)
        )
        plain.append((found.noise_spectrum**2).sum() * 3**2 / 3)
    scaled = np.array(inverse) / (3 * spectrum.sum() ** 2 / 3)
    error = scaled.std(ddof=1) / np.sqrt(len(scaled))
    assert abs(scaled.mean() - (spectrum**2).sum()) < 4 * error
    assert abs(np.mean(plain) - (spectrum**2).sum()) > 4 * error  # a sample's own T is too uneven


def test_what_the_model_makes_of_it(model):
    """The level cluster, given Γ, σ_E and D_eff alone, is near the spectrum that it stands for."""
    parameters = {"Gamma": model.Gamma(), "sigma_E": model.sigma_E()}
    D = round(model.effective_dimension)
    given = Isotropic(P, D=max(D, C * C), groups=LABELS, **parameters)
    assert given.trace == pytest.approx(model.trace, rel=0.1)
    assert given.outliers[0] == pytest.approx(model.eigenvalues[0], rel=0.3)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"tangent": TANGENT[:3, :3]}, "tangent must have shape"),
        ({"labels": np.r_[0, 1, np.full(N - 2, 2)]}, "each class at least twice, got 0"),
        ({"p": 2 * P}, "p must have rows that sum to 1"),
    ],
)
def test_what_is_out_of_bounds_is_refused(change, text):
    with pytest.raises(InputError, match=text):
        AtInitialisation(**({"tangent": TANGENT, "p": P, "labels": LABELS} | change))


def test_a_level_that_has_no_such_kernel_is_refused(model):
    with pytest.raises(InputError, match="level must be one of FG, cluster"):
        model.Gamma("weighted")
    apart = AtInitialisation(np.eye(4), np.full((4, 2), 0.5), [0, 0, 1, 1])
    assert apart.effective_dimension == np.inf
