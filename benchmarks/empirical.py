"""Logit gradients of digits networks beside the Jacobian that ``vmap(jacrev)`` forms.

Process CPU seconds on one thread, least of several rounds; float32.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap

from empirical.capture import capture, samples
from empirical.data import Data, digits
from empirical.estimates import clustering
from empirical.gauss_newton.spectrum import eigenvalues
from empirical.networks import cnn, mlp

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "mlp": lambda: mlp((64, 200, 200, 10), seed=0),
    "cnn": lambda: cnn(seed=0),
}
SETTINGS: dict[str, Any] = {"dtype": torch.float32}
STREAMED = 10_000


def compare(*, N: int = 500, rounds: int = 3) -> dict[str, dict[str, float]]:
    """Seconds of each task and each peer, their ratios, and the largest relative difference."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return {name: _compare(make().eval(), N, rounds) for name, make in NETWORKS.items()}
    finally:
        torch.set_num_threads(threads)


def _compare(network: nn.Module, N: int, rounds: int) -> dict[str, float]:
    data = digits(seed=0)[0].take(np.arange(N))
    found: dict[str, float] = {}
    gram = _record(
        found, "gram", lambda: capture(network, data, **SETTINGS).gradients.gram(), rounds
    )
    _record(
        found, "cosines", lambda: clustering.cosines(capture(network, data, **SETTINGS)), rounds
    )
    _record(found, "spectrum", lambda: eigenvalues(capture(network, data, **SETTINGS)), 1)

    theirs = _record(found, "vmap_gram", lambda: gram_of_rows(network, data), 1)
    found["gram_difference"] = float((gram - theirs).tril().abs().max() / theirs.abs().max())
    found["gram_speedup_over_vmap"] = found["vmap_gram_seconds"] / found["gram_seconds"]
    del gram, theirs

    wide = data.take(np.arange(STREAMED) % N)
    batches = list(zip(wide.inputs.split(999), wide.targets.split(999), strict=True))
    _record(
        found,
        "streamed_cosines_and_means",
        lambda: [
            task(samples(network, batches, **SETTINGS))
            for task in (clustering.cosines, clustering.means)
        ],
        1,
    )
    return found


def gram_of_rows(network: nn.Module, data: Data) -> Tensor:
    """Inner products of the rows ``∂z_k^μ/∂W``, each formed, shape ``(N C, N C)``."""
    weights = {name: w.detach() for name, w in network.named_parameters()}

    def of_one(weights: dict[str, Tensor], x: Tensor) -> Tensor:
        return functional_call(network, weights, (x[None],))[0]

    rows = vmap(jacrev(of_one), (None, 0))(weights, data.inputs)
    J = torch.cat([each.flatten(2) for each in rows.values()], dim=2).flatten(0, 1)
    return J @ J.T


def _record(found: dict[str, float], name: str, work: Callable[[], Any], rounds: int) -> Any:
    best, out = np.inf, None
    for _ in range(rounds):
        begin = time.process_time()
        out = work()
        best = min(best, time.process_time() - begin)
    found[f"{name}_seconds"] = best
    return out
