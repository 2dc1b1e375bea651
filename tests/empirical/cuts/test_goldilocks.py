"""Cuts of the loss by random surfaces, and the Goldilocks zone on them."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
import torch
from torch.nn.utils import parameters_to_vector

from empirical.cuts.goldilocks import Tempered, model, scaled, scan
from empirical.cuts.hyperplane import cuts, directions
from empirical.cuts.label_prior import prior_gradient
from empirical.data import digits
from empirical.networks import mlp
from empirical.networks.by_name import Activation
from empirical.operators import Curvature
from theory import InputError
from theory.averaged.goldilocks import at_radius
from theory.averaged.goldilocks import cut as theory_cut

ODD = cast(Any, "odd")  # what a type checker would refuse


RATIOS = ("convexity", "positive", "dominance")


@pytest.fixture(scope="module")
def data():
    return digits(seed=0)[0].take(np.arange(150))


def small(seed: int, *, bias: bool = True, activation: Activation = "tanh"):
    return mlp((64, 6, 10), activation=activation, bias=bias, seed=seed)


def on_surface(network, data, surface, rows):
    """The loss as a function of d coordinates, in plain autograd."""
    start = parameters_to_vector(network.parameters()).detach().double()
    radius = start.norm()
    if surface == "sphere":
        rows = rows - (rows @ start)[:, None] * start / radius**2
    frame = torch.linalg.qr(rows.T)[0]
    names = [name for name, _ in network.named_parameters()]
    shapes = [w.shape for w in network.parameters()]

    def loss(theta):
        weights = start + frame @ theta
        if surface == "sphere":
            length = theta.norm() + 1e-300
            sine = torch.special.sinc(length / radius / torch.pi)
            weights = torch.cos(length / radius) * start + sine * (frame @ theta)
        parts = weights.split([s.numel() for s in shapes])
        parts = {n: p.view(s) for n, p, s in zip(names, parts, shapes, strict=True)}
        logits = torch.func.functional_call(network.double(), parts, (data.inputs.double(),))
        return torch.nn.functional.cross_entropy(logits, data.targets)

    return loss


@pytest.mark.parametrize("basis", ["dense", "sparse"])
@pytest.mark.parametrize("surface", ["plane", "sphere"])
def test_a_cut_is_the_second_derivative_along_its_geodesics(data, basis, surface):
    network = small(0)
    weights = parameters_to_vector(network.parameters()).detach().double()
    rows = directions(len(weights), d=4, basis=basis, seed=0)
    cut = cuts(Curvature(network, data), weights=weights, rows=rows)[surface]
    loss = on_surface(network, data, surface, rows.to_dense())

    def differences(h):
        points = h * torch.eye(4, dtype=torch.float64)
        plain = loss(torch.zeros(4, dtype=torch.float64))
        return torch.stack([(loss(x) - 2 * plain + loss(-x)) / h**2 for x in points])

    second = (4 * differences(0.01) - differences(0.02)) / 3  # error of order h⁴
    invariant = cut.H.trace()
    assert float(second.sum()) == pytest.approx(float(invariant.detach()), rel=1e-4)
    if surface == "sphere":
        assert float(second.sum()) != pytest.approx(float((cut.G + cut.K).trace()), rel=1e-3)
    else:
        theta = torch.zeros(4, dtype=torch.float64)
        exact = torch.autograd.functional.hessian(loss, theta)
        ours, wanted = torch.linalg.eigvalsh(cut.H), torch.linalg.eigvalsh(exact)
        assert torch.allclose(ours, wanted, atol=1e-10)


@pytest.mark.parametrize("layers", [2, 3])
def test_scale_is_temperature_for_a_homogeneous_network(data, layers):
    """α² H(αW) = H(W; T = α^{-L}) for ReLU without biases, L layers."""
    widths = (64, *[8] * (layers - 1), 10)

    def make(seed):
        return mlp(widths, activation="relu", bias=False, seed=seed).double()

    scales = [0.3, 0.9, 1.0, 2.5]
    by_scale = scan(make, data, along="scale", values=scales, d=10, seed=2)
    temperatures = [a**-layers for a in scales]
    by_temperature = scan(make, data, along="temperature", values=temperatures, d=10, seed=2)
    for name in RATIOS:
        assert by_scale[name].values == pytest.approx(by_temperature[name].values, rel=1e-7)
    for name in ("logit_variance", "confidence", "loss"):
        assert by_scale[name].values == pytest.approx(by_temperature[name].values, rel=1e-10)
    wrong = [a ** -(layers + 1) for a in scales]
    other = scan(make, data, along="temperature", values=wrong, d=10, seed=2)
    assert by_scale.convexity.values != pytest.approx(other.convexity.values, rel=1e-2)

    network = make(2)
    weights = parameters_to_vector(network.parameters()).detach()
    rows = directions(len(weights), d=10, seed=2)
    a = 2.5
    far = cuts(Curvature(scaled(network, a), data), weights=a * weights, rows=rows)
    near = cuts(Curvature(Tempered(network, a**-layers), data), weights=weights, rows=rows)
    for surface in ("plane", "sphere"):
        assert torch.allclose(a**2 * far[surface].H, near[surface].H, rtol=1e-9, atol=1e-9)


def test_replicates_of_one_seed_are_none_of_another(data):
    """With ``seed + replicate`` replicate 1 of seed 0 would be replicate 0 of seed 1."""
    made = {seed: [] for seed in range(3)}

    def scanned(seed):
        def make(own_seed):
            made[seed].append(own_seed)
            return small(own_seed)

        return scan(make, data, along="scale", values=[1.0], d=3, replicates=3, seed=seed)

    found = [scanned(seed) for seed in made]
    assert len({own for seeds in made.values() for own in seeds}) == 9
    for name in ("convexity", "loss", "weight_norm"):
        values = np.concatenate([each[name].values.reshape(3, -1)[:, 0] for each in found])
        assert len(set(values)) == 9


def test_logit_variance_grows_with_the_radius_as_its_power_2L(data):
    def make(seed):
        return mlp((64, 20, 20, 10), bias=False, seed=seed).double()

    found = scan(make, data, along="scale", values=[0.5, 1.0, 2.0], d=2, seed=0)
    growth = np.diff(np.log(found.logit_variance.values[0])) / np.log(2)
    assert growth == pytest.approx([6, 6], rel=1e-9)


def test_zone_of_the_digits_network_holds_its_initialisation(data):
    """Convexity has an interior maximum; at the initial radius it is near it, far out it is not."""
    scales = [0.2, 0.5, 1.0, 1.5, 3.0, 10.0]
    zone = scan(
        lambda seed: mlp(seed=seed), data, along="scale", values=scales, d=20, replicates=3, seed=0
    )
    found = zone.convexity.sel(surface="plane")
    mean, error = found.mean("replicate").values, found.std("replicate", ddof=1).values / 3**0.5
    peak = int(mean.argmax())
    assert scales[peak] in (1.0, 1.5)
    for end in (0, -1):
        assert mean[peak] - mean[end] > 2 * np.hypot(error[peak], error[end])
    assert mean[scales.index(1.0)] > 0.7 * mean[peak]
    dominance = zone.dominance.sel(surface="plane").mean("replicate").values
    assert dominance[scales.index(0.5)] < 0.5 < dominance[peak]
    share = zone.positive.sel(surface="plane").mean("replicate").values
    assert share[peak] > share[0]


def test_the_model_predicts_the_zone_around_the_initialisation():
    """From parameters at scale 1, sigma_H from K alone; without K, or with twice, it would not."""
    train, _ = digits(seed=0)
    seen, rest = train.take(np.arange(150)), train.take(np.arange(400, 1000))

    def make(seed):
        return mlp(bias=False, seed=seed)

    params, sigma_H = model(make(0), seen, held_out=rest, d=50, seed=0)
    zone = scan(make, seen, along="scale", values=[1.0], d=50, replicates=4, seed=0)
    measured = zone.convexity.sel(surface="plane").mean().item()
    expected, without, twice = (
        theory_cut(params, sigma_H=factor * sigma_H, d=50).convexity for factor in (1, 0, 2)
    )
    assert expected == pytest.approx(measured, rel=0.15)
    assert without > 1.3 * measured
    assert twice < 0.8 * measured
    moved, curvature = at_radius(params, sigma_H=sigma_H, radius=0.3, degree=3)
    assert theory_cut(moved, sigma_H=curvature, d=50).convexity < 0.4 * expected


def test_gradient_almost_vanishes_where_the_prior_is_the_mean_output(data):
    shares = np.linspace(-1, 1, 9).tolist()
    found = prior_gradient(scaled(mlp(seed=0), 0.3), data, shares=shares)
    length = found.gradient_norm.values
    assert int(length.argmin()) == 4
    assert length[4] < 0.1 * min(length[0], length[-1])
    assert found.prior_gradient_norm.values[4] < 1e-12 * length[0]
    assert np.all(found.prior_gradient_norm.values[[0, -1]] > 0.98 * length[[0, -1]])


def test_gradient_under_a_prior_is_that_of_the_weighted_loss(data):
    network = small(1, activation="relu").double()
    found = prior_gradient(network, data, shares=[1.0], toward=(0, 3))
    of_three = data.targets == 3
    loss = torch.nn.functional.cross_entropy(
        network(data.inputs[of_three].double()), data.targets[of_three]
    )
    gradient = torch.autograd.grad(loss, list(network.parameters()))
    assert float(found.gradient_norm[0]) == pytest.approx(
        float(torch.cat([g.flatten() for g in gradient]).norm()), rel=1e-10
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n, x: directions(5, d=6, seed=0), "d must be at most 5"),
        (lambda n, x: directions(5, d=0, seed=0), "d must be at least 1"),
        (lambda n, x: directions(5, d=2, basis=ODD, seed=0), "basis must be one of"),
        (lambda n, x: scaled(n, 0.0), "scale must be greater than 0"),
        (lambda n, x: Tempered(n, -1.0), "temperature must be greater than 0"),
        (lambda n, x: scan(small, x, along=ODD, values=[1], seed=0), "along must be one of"),
        (lambda n, x: scan(small, x, along="scale", values=[], seed=0), "at least one scale"),
        (lambda n, x: prior_gradient(n, x, shares=[2.0]), "shares must lie in -1..1"),
        (lambda n, x: prior_gradient(n, x, shares=[0.0], toward=(0, 10)), "toward must name"),
    ],
)
def test_bad_input_is_refused(call, message, data):
    with pytest.raises(InputError, match=message):
        call(small(0), data)


def test_cuts_refuse_what_has_no_surface(data):
    network = small(0)
    curvature = Curvature(network, data)
    weights = parameters_to_vector(network.parameters()).detach().double()
    rows = directions(len(weights), d=2, seed=0)
    with pytest.raises(InputError, match="length above 0"):
        cuts(curvature, weights=0 * weights, rows=rows)
    with pytest.raises(InputError, match="linearly independent"):
        cuts(curvature, weights=weights, rows=torch.stack([rows[0], rows[0]]))
    with pytest.raises(InputError, match="rows must have shape"):
        cuts(curvature, weights=weights, rows=rows[:, 1:])


def test_scaling_leaves_the_network_alone():
    network = small(0)
    before = parameters_to_vector(network.parameters()).clone()
    vector = parameters_to_vector(scaled(network, 2.0).parameters())
    assert torch.equal(vector, 2 * before)
    assert torch.equal(parameters_to_vector(network.parameters()), before)
