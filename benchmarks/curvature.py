"""Curvature of digits networks: our products, eigenpairs and densities beside torch.func's.

The peer is what a user writes today: a Hessian product forward over reverse with ``torch.func``,
and ``scipy.sparse.linalg.eigsh`` on it. Process CPU seconds on one thread, least of several rounds.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp, vjp

from empirical.data import Data, digits
from empirical.networks import cnn, mlp
from empirical.operators import Curvature
from empirical.operators.curvature import Term
from empirical.operators.density import lanczos_density
from empirical.operators.lanczos import eigenpairs

N = 500
TOP = 10
TOLERANCE = 1e-3
STEPS = 80
EPOCHS = 5
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "mlp": lambda: mlp((64, 200, 200, 10), seed=0),
    "cnn": lambda: cnn(seed=0),
}


def compare(*, rounds: int = 5) -> dict[str, dict[str, float]]:
    """Seconds and ratios, peer over ours, of each network after a few epochs of training."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return {name: _compare(make(), rounds) for name, make in NETWORKS.items()}
    finally:
        torch.set_num_threads(threads)


def _compare(network: nn.Module, rounds: int) -> dict[str, float]:
    data = digits(seed=0)[0].take(np.arange(N))
    train(network, data)
    peer = TorchFunc(network, data)
    curvature = Curvature(network, data, dtype=torch.float32)
    vector = torch.randn(curvature.D, generator=torch.Generator().manual_seed(0))
    found: dict[str, float] = {"D": curvature.D}
    products: dict[Term, Callable[[Tensor], Tensor]] = {"H": peer.hessian, "G": peer.gauss_newton}
    for term, theirs in products.items():
        operator = curvature.term(term)
        error = (operator(vector) - theirs(vector)).norm() / theirs(vector).norm()
        found[f"{term}_product_difference"] = float(error)
        found[f"{term}_product_seconds"] = _fastest(lambda f=operator: f(vector), 4 * rounds)
        found[f"{term}_product_seconds_torch_func"] = _fastest(
            lambda f=theirs: f(vector), 4 * rounds
        )
        _ratio(found, f"{term}_product")
        found |= _top(term, curvature, network, data, theirs, rounds)
    density = _seconds(lambda: lanczos_density(curvature.H, steps=STEPS, probes=2))
    found["density_seconds_per_probe"] = density / 2
    found["density_step_over_torch_func_product"] = density / (
        2 * STEPS * found["H_product_seconds_torch_func"]
    )
    return found


def _top(
    term: Term,
    curvature: Curvature,
    network: nn.Module,
    data: Data,
    theirs: Callable[[Tensor], Tensor],
    rounds: int,
) -> dict[str, float]:
    """Both from ``rounds`` random starts, as the number of products depends on the start; ours
    with the time that it takes to record the graph."""
    D = curvature.D
    linear = Product(theirs, D)
    rng = np.random.default_rng(0)
    ours = peer = difference = 0.0
    for round_ in range(rounds):
        start = rng.standard_normal(D).astype(np.float32)
        begin = time.process_time()
        values = eigsh(
            linear,
            k=TOP,
            which="LA",
            tol=TOLERANCE,  # pyright: ignore[reportArgumentType] as scipy's default is the int 0
            v0=start,
        )[0]
        peer += time.process_time() - begin
        begin = time.process_time()
        operator = Curvature(network, data, dtype=torch.float32).term(term)
        pairs = eigenpairs(operator, top=TOP, tolerance=TOLERANCE, seed=round_)
        ours += time.process_time() - begin
        error = np.abs(np.sort(values)[::-1] - pairs.values.numpy()).max() / values.max()
        difference = max(difference, float(error))
    name = f"top_{TOP}_{term}"
    found = {
        f"{name}_seconds": ours / rounds,
        f"{name}_seconds_torch_func": peer / rounds,
        f"{name}_difference": difference,
    }
    _ratio(found, name)
    return found


class Product(LinearOperator):
    """Products of torch as scipy takes them."""

    def __init__(self, product: Callable[[Tensor], Tensor], D: int) -> None:
        super().__init__(np.float32, (D, D))
        self.product = product

    def _matvec(self, x: np.ndarray) -> np.ndarray:
        return self.product(torch.from_numpy(x.ravel())).numpy()


def _ratio(found: dict[str, float], name: str) -> None:
    found[f"{name}_ratio"] = found[f"{name}_seconds_torch_func"] / found[f"{name}_seconds"]


class TorchFunc:
    """Products with ``torch.func``: the baseline."""

    def __init__(self, network: nn.Module, data: Data) -> None:
        self.network, self.data = network, data
        self.weights = {name: w.detach() for name, w in network.named_parameters()}

    def tree(self, vector: Tensor) -> dict[str, Tensor]:
        """The vector in the shapes of the weights."""
        parts = vector.split([w.numel() for w in self.weights.values()])
        pairs = zip(self.weights.items(), parts, strict=True)
        return {name: part.view_as(w) for (name, w), part in pairs}

    def logits(self, weights: dict[str, Tensor]) -> Tensor:
        """Of all examples."""
        return functional_call(self.network, weights, (self.data.inputs,))

    def hessian(self, vector: Tensor) -> Tensor:
        """Forward over reverse."""

        def loss(weights: dict[str, Tensor]) -> Tensor:
            return nn.functional.cross_entropy(self.logits(weights), self.data.targets)

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="`torch.jit")
            out = jvp(grad(loss), (self.weights,), (self.tree(vector),))[1]
        return torch.cat([part.flatten() for part in out.values()])

    def gauss_newton(self, vector: Tensor) -> Tensor:
        """``JᵀAJv/N`` with one forward and one reverse pass."""
        z, change = jvp(self.logits, (self.weights,), (self.tree(vector),))[:2]
        p = z.softmax(1)
        pull = (p * change - p * (p * change).sum(1, keepdim=True)) / len(z)
        out = vjp(self.logits, self.weights)[1](pull)[0]
        return torch.cat([part.flatten() for part in out.values()])


def train(network: nn.Module, data: Data) -> None:
    """A few epochs of stochastic gradient descent."""
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    generator = torch.Generator().manual_seed(0)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(data), generator=generator).split(32):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(data.inputs[batch]), data.targets[batch])
            loss.backward()
            optimizer.step()
    optimizer.zero_grad()


def _seconds(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _fastest(work: Callable[[], Any], rounds: int) -> float:
    work()
    return min(_seconds(work) for _ in range(rounds))
