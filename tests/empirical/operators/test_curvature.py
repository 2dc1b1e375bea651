"""Products with H, G and K against explicit matrices, on every kind of network."""

from __future__ import annotations

import copy
import gc
from typing import Any, cast

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from empirical import networks
from empirical.data import Data
from empirical.operators import Curvature, Operator
from tests.support.references.explicit_hessian import images
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

UNEQUAL = (5, 2, 16)


def unequal(data: Data) -> list[tuple[torch.Tensor, torch.Tensor]]:
    pairs = zip(data.inputs.split(UNEQUAL), data.targets.split(UNEQUAL), strict=True)
    return [(inputs, targets) for inputs, targets in pairs]


def matrix(operator: Operator) -> torch.Tensor:
    return operator(torch.eye(operator.D, dtype=operator.dtype)).double()


@pytest.mark.parametrize(("dtype", "tight"), [(torch.float64, 1e-10), (torch.float32, 1e-6)])
def test_products_are_those_of_the_explicit_matrices(network, data, dtype, tight):
    found = Curvature(network, unequal(data), dtype=dtype)
    v = probes(found.H)
    expected = images(network, data, v.double())
    scale = expected["H"].norm()
    for term in ("H", "G", "K"):
        exact = expected[term]
        error = (found.term(term)(v).double() - exact).norm()
        assert error <= tight * max(scale, exact.norm()), term
    assert (found.G(v) + found.K(v) - found.H(v)).norm() <= tight * found.H(v).norm()


def probes(operator: Operator) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, operator.D, dtype=operator.dtype, generator=generator)


SHIPPED = {
    "cnn": (lambda: networks.cnn(image=(1, 4, 4), classes=4, seed=0), (7, 16)),
    "lenet": (lambda: networks.lenet(image=(1, 12, 12), classes=4, seed=0), (7, 144)),
    "resnet20": (lambda: networks.resnet20(image=(1, 8, 8), classes=4, seed=0).eval(), (7, 64)),
    "transformer": (
        lambda: networks.transformer(classes=4, context=6, width=8, heads=2, seed=0),
        (7, 6),
    ),
}


@pytest.mark.parametrize("kind", SHIPPED)
def test_shipped_networks_against_double_differences(kind):
    """``vᵀH v`` is the second difference of the loss along v, and G's the first ones' of logits."""
    make, shape = SHIPPED[kind]
    generator = torch.Generator().manual_seed(1)
    inputs = torch.rand(shape, generator=generator).double()
    if kind == "transformer":
        inputs = (4 * inputs).long()
    targets = torch.arange(7) % 4
    found = Curvature(make(), [(inputs[:2], targets[:2]), (inputs[2:], targets[2:])])
    v = probes(found.H)[0]
    v /= v.norm()
    twin = make().double()
    step = 1e-4
    weights = nn.utils.parameters_to_vector(twin.parameters()).detach()

    def logits(t: float) -> torch.Tensor:
        nn.utils.vector_to_parameters(weights + t * v, twin.parameters())
        return twin(inputs).detach()

    losses = [nn.functional.cross_entropy(logits(t), targets) for t in (-step, 0.0, step)]
    slope = (losses[2] - losses[0]) / (2 * step)
    bend = (losses[2] - 2 * losses[1] + losses[0]) / step**2
    change = (logits(step) - logits(-step)) / (2 * step)
    p = logits(0).softmax(1)
    spread = ((p * change**2).sum(1) - (p * change).sum(1) ** 2).mean()
    assert float(v @ found.gradient) == pytest.approx(float(slope), rel=1e-5, abs=1e-8)
    assert float(v @ found.G(v)) == pytest.approx(float(spread), rel=1e-5)
    scale = float(found.H(v).norm())
    assert float(v @ found.H(v)) == pytest.approx(float(bend), abs=1e-4 * scale + 1e-6)
    torch.testing.assert_close(found.G(v) + found.K(v), found.H(v), rtol=1e-10, atol=1e-10 * scale)


def test_loss_gradient_and_logits(network, data):
    found = Curvature(network, unequal(data))
    twin = copy.deepcopy(network).double()
    z = twin(data.inputs.double())
    loss = nn.functional.cross_entropy(z, data.targets)
    weights = [w for w in twin.parameters() if w.requires_grad]
    g = torch.autograd.grad(loss, weights, materialize_grads=True)
    assert found.loss == pytest.approx(float(loss.detach()), rel=1e-12)
    assert (found.N, found.C) == (23, 4)
    assert len(found.gradient) == found.D
    torch.testing.assert_close(found.logits, z.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(
        found.gradient, torch.cat([x.flatten() for x in g]), rtol=1e-10, atol=1e-12
    )


def test_equal_weights_for_unequal_batches_would_be_seen():
    data, network = random_data(23), networks.mlp((5, 6, 4), seed=0)
    exact = matrix(Curvature(network, data).H)
    batches = [Curvature(network, [batch]) for batch in unequal(data)]
    wrong = torch.stack([matrix(batch.H) for batch in batches]).mean(0)
    right = sum(matrix(b.H) * b.N / 23 for b in batches)
    assert (right - exact).norm() < 1e-12 * exact.norm()
    assert (wrong - exact).norm() > 0.05 * exact.norm()


def test_any_iterable_and_any_memory_for_graphs_give_the_same():
    data, network = random_data(23), networks.mlp((5, 6, 4), seed=0)
    v = probes(Curvature(network, data).H)
    exact = Curvature(network, data).H(v)
    loader = DataLoader(TensorDataset(data.inputs, data.targets), batch_size=4, shuffle=True)
    with_empty = [*unequal(data), (data.inputs[:0], data.targets[:0])]
    for batches in (iter(unequal(data)), loader, with_empty):
        torch.testing.assert_close(Curvature(network, batches).H(v), exact)
    for graph_bytes in (0, 3000):
        found = Curvature(network, unequal(data), graph_bytes=graph_bytes)
        assert len(found._kept) < 3
        torch.testing.assert_close(found.H(v), exact)


def test_blocks_of_layers_are_those_of_the_matrix():
    data, network = random_data(23), networks.mlp((5, 6, 4), seed=0)
    found = Curvature(network, data)
    for term in ("H", "G", "K"):
        whole = matrix(found.term(term))
        first, last = matrix(found.term(term, layer="0")), matrix(found.term(term, layer="2.bias"))
        torch.testing.assert_close(first, whole[:36, :36], rtol=1e-10, atol=1e-13)
        torch.testing.assert_close(last, whole[-4:, -4:], rtol=1e-10, atol=1e-13)
    with pytest.raises(InputError, match="layer must name weights of the network, got '1'"):
        found.term("H", layer="1")


def test_nothing_keeps_graphs_alive_and_a_result_has_none():
    found = Curvature(networks.mlp((5, 6, 4), seed=0), random_data(23))
    v = probes(found.H)

    def tensors() -> int:
        gc.collect()
        return sum(issubclass(type(o), torch.Tensor) for o in gc.get_objects())

    results = [found.term(term)(v) for term in ("H", "G", "K")]
    assert not any(result.requires_grad for result in results)
    before = tensors()
    for _ in range(5):
        for term in ("H", "G", "K"):
            found.term(term)(v)
    assert tensors() == before


class Random(nn.Module):
    """Dropout that no mode turns off."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(5, 4)

    def forward(self, x):
        return nn.functional.dropout(self.body(x), 0.5, training=True)


class Mixing(Random):
    def forward(self, x):
        h = self.body(x)
        return h - h.mean(0)


class Failing(Random):
    def forward(self, x):
        torch.randn(3)
        raise RuntimeError("broken")


def state(network: nn.Module) -> list:
    weights = [(w.dtype, w.device, w.requires_grad) for w in network.parameters()]
    grads = [None if w.grad is None else w.grad.clone() for w in network.parameters()]
    values = [v.clone() for v in network.state_dict().values()]
    hooks = [len(layer._forward_hooks) for layer in network.modules()]
    return [weights, grads, values, hooks, network.training, torch.get_rng_state()]


@pytest.mark.parametrize("make", [lambda: networks.mlp((5, 6, 4), seed=0), Random, Failing])
def test_the_network_and_the_random_state_are_not_changed(make):
    network = make().train()
    for weight in network.parameters():
        weight.grad = torch.ones_like(weight)
    before = state(network)
    try:
        found = Curvature(network, random_data(23))
        found.H(probes(found.H))
    except (InputError, RuntimeError):
        assert make in (Random, Failing)
    for a, b in zip(before, state(network), strict=True):
        if isinstance(a, list):
            assert len(a) == len(b)
            same = [
                torch.equal(x, y) if torch.is_tensor(x) else x == y
                for x, y in zip(a, b, strict=True)
            ]
            assert all(same)
        else:
            assert torch.equal(a, b) if torch.is_tensor(a) else a == b


@pytest.mark.parametrize(
    "mode",
    [torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu", dtype=torch.bfloat16)],
)
def test_the_mode_that_torch_is_in_does_not_matter(mode):
    data, network = random_data(23), networks.mlp((5, 6, 4), seed=0)
    exact = Curvature(network, data, dtype=torch.float32)
    v = probes(exact.H)
    with mode():
        batches = [(data.inputs.clone(), data.targets.clone())]
        enabled = torch.is_grad_enabled()
        found = Curvature(network, batches, dtype=torch.float32)
        for term in ("H", "G", "K"):
            image = found.term(term)(v.clone())
            torch.testing.assert_close(image.clone(), exact.term(term)(v))
        assert torch.is_grad_enabled() == enabled


def batch_norm() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.Linear(6, 4))


def test_eval_batch_norm_is_measured_and_train_is_refused():
    data, network = random_data(23), batch_norm().eval()
    found = Curvature(network, unequal(data))
    v = probes(found.H)
    torch.testing.assert_close(found.H(v), images(network, data, v)["H"], rtol=1e-10, atol=1e-12)
    with pytest.raises(InputError, match="layer 1 normalises over the batch"):
        Curvature(network.train(), data)


def loaded(**change):
    data = random_data(23)
    return [(change.get("inputs", data.inputs), change.get("targets", data.targets))]


PLAIN = networks.mlp((5, 6, 4), seed=0)
DROPOUT = nn.Sequential(nn.Linear(5, 4), nn.Dropout(0.1)).train()


@pytest.mark.parametrize(
    ("network", "batches", "message"),
    [
        (PLAIN, [], "at least one example, got none"),
        (PLAIN, [(torch.ones(0, 5), torch.ones(0, dtype=torch.int64))], "at least one example"),
        (PLAIN, loaded(targets=torch.full((23,), 4)), r"targets must lie in 0..3, got 4"),
        (PLAIN, loaded(targets=torch.full((23,), -1)), "targets must be at least 0, got -1"),
        (PLAIN, loaded(targets=torch.full((23,), 0.5)), "targets must be whole numbers, got 0.5"),
        (PLAIN, loaded(targets=torch.ones(3, dtype=torch.int64)), "targets must have shape"),
        (PLAIN, loaded(inputs=torch.full((23, 5), torch.nan)), "loss must be finite, got nan"),
        (PLAIN, [torch.ones(3)], "pairs"),
        (DROPOUT, loaded(), "layer 1 is dropout in train mode"),
        (Random(), loaded(), "must not be random nor depend on the others"),
        (Mixing(), loaded(), "must not be random nor depend on the others"),
        (nn.Linear(5, 1), loaded(targets=torch.zeros(23, dtype=torch.int64)), "C at least 2"),
        (nn.Linear(5, 4).requires_grad_(False), loaded(), "weights that require gradients"),
    ],
)
def test_bad_input_is_refused(network, batches, message):
    with pytest.raises(InputError, match=message):
        Curvature(network, batches)


def test_bad_requests_are_refused():
    with pytest.raises(InputError, match=r"dtype must be torch\.float32 or torch\.float64"):
        Curvature(PLAIN, random_data(23), dtype=torch.float16)
    found = Curvature(PLAIN, random_data(23))
    with pytest.raises(InputError, match=r"vectors must have shape \(64,\) or \(R, 64\)"):
        found.H(torch.ones(3, dtype=torch.float64))
    with pytest.raises(InputError, match=r"vectors must be torch\.float64, got torch\.float32"):
        found.H(torch.ones(64))
    with pytest.raises(InputError, match="term must be one of H, G, K, got 'F'"):
        found.term(cast(Any, "F"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_the_same():
    data = random_data(23)
    found, exact = Curvature(PLAIN, data, device="cuda"), Curvature(PLAIN, data)
    v = probes(exact.H)
    for term in ("H", "G", "K"):
        torch.testing.assert_close(found.term(term)(v.cuda()).cpu(), exact.term(term)(v))
    assert next(PLAIN.parameters()).device.type == "cpu"
