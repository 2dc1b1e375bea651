"""abc-parametrisations: their table, their symmetry, and powers counted on networks in NumPy."""

import numpy as np
import pytest

from theory import stream
from theory.checks import InputError
from theory.ntk.parametrisation import NAMES, Parametrisation, named

TABLE = [  # name, hidden layers, r, verdict: Yang and Hu 2020, table 1 and section 3
    ("standard", 1, 1.5, "kernel"),
    ("standard", 2, 0.5, "kernel"),
    ("standard", 5, 0.5, "kernel"),
    ("ntk", 1, 0.5, "kernel"),
    ("ntk", 4, 0.5, "kernel"),
    ("mean-field", 1, 0.0, "feature learning"),
    ("mup", 1, 0.0, "feature learning"),
    ("mup", 4, 0.0, "feature learning"),
]


@pytest.mark.parametrize(("name", "layers", "r", "verdict"), TABLE)
def test_the_named_ones(name, layers, r, verdict):
    found = named(name, hidden_layers=layers)
    assert found.r == pytest.approx(r)
    assert found.verdict == verdict
    assert found.exponents.curvature == pytest.approx(0)


def test_the_standard_one_needs_a_smaller_step_as_it_widens():
    standard = named("standard")
    assert Parametrisation(standard.a, standard.b, 0).verdict == "unstable"
    assert Parametrisation(standard.a, standard.b, 1.5).verdict == "trivial"


def test_mean_field_is_mup_of_one_hidden_layer():
    assert named("mup", hidden_layers=1).shifted(0.5) == named("mean-field", hidden_layers=1)


@pytest.mark.parametrize("theta", [-1.0, 0.25])
@pytest.mark.parametrize("name", ["standard", "ntk", "mup"])
def test_a_shift_changes_no_property_of_the_function(name, theta):
    plain, shifted = named(name), named(name).shifted(theta)
    assert shifted.r == pytest.approx(plain.r)
    assert shifted.verdict == plain.verdict
    assert shifted.exponents[:3] == pytest.approx(plain.exponents[:3])
    assert shifted.exponents.curvature == pytest.approx(plain.exponents.curvature)


def measured(abc: Parametrisation, n: int, seed: int) -> list[float]:
    """Mean squares before and after a step of descent on one example, by plain matrices."""
    rng = stream(seed, n)
    sizes = [3, *(n,) * (len(abc.a) - 1), 16]
    w = [
        rng.normal(size=shape) * n**-b
        for shape, b in zip(zip(sizes[1:], sizes[:-1], strict=True), abc.b, strict=True)
    ]
    scale = [n**-a for a in abc.a]
    x = np.array([1.0, -0.5, 0.8])

    def forward():
        values = [x]
        for s, weight in zip(scale[:-1], w[:-1], strict=True):
            values.append(np.tanh(s * weight @ values[-1]))
        return values, scale[-1] * w[-1] @ values[-1]

    def gradients(back):
        found = []
        for layer in reversed(range(len(w))):
            if layer < len(w) - 1:
                back = back * (1 - values[layer + 1] ** 2)
            found.append(scale[layer] * np.outer(back, values[layer]))
            back = scale[layer] * w[layer].T @ back
        return found[::-1]

    values, logits = forward()
    kernel = sum(float(np.sum(g**2)) for g in gradients(np.eye(16)[0]))
    residual = np.resize([0.5, -0.5], 16)
    steps = gradients(residual)
    for weight, step in zip(w, steps, strict=True):
        weight -= 0.1 * n**-abc.c * step
    after, moved = forward()
    return [
        float(np.mean(logits**2)),
        float(np.mean((after[-1] - values[-1]) ** 2)),
        float(np.mean((moved - logits) ** 2)),
        kernel**2,
    ]


def fitted(abc: Parametrisation) -> np.ndarray:
    widths = np.array([128, 256, 512, 1024])
    squares = np.array(
        [np.mean([measured(abc, n, seed) for seed in range(1024 // n * 2 + 4)], 0) for n in widths]
    )
    return np.polyfit(np.log(widths), np.log(squares) / 2, 1)[0]


@pytest.mark.parametrize("name", NAMES)
def test_powers_are_those_of_networks(name):
    abc = named(name, hidden_layers=1 if name == "mean-field" else 2)
    stated = np.array(abc.exponents[:4])
    found = fitted(abc)
    assert found == pytest.approx(stated, abs=0.12)
    other = np.array(named("mup" if name in ("standard", "ntk") else "ntk").exponents[:4])
    assert np.abs(found - other).max() > 0.3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: named("mu"), "parametrisation must be one of .* got 'mu'"),
        (lambda: named("ntk", hidden_layers=0), "hidden_layers must be at least 1, got 0"),
        (lambda: named("mean-field"), "mean-field is of 1 hidden layer, got hidden_layers 2"),
        (lambda: Parametrisation((0,), (0,), 0), "at least 2 layers, got 1 and 1"),
        (lambda: Parametrisation((0, float("nan")), (0, 0), 0), "a must be finite"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
