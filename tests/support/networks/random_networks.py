"""Small networks of layers, layouts and habits drawn at random, with examples for each."""

from __future__ import annotations

import random
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tests.support.networks.random_layers import BODIES, STEMS, WIDTH

DTYPES = (torch.float32, torch.float32, torch.float64, torch.bfloat16)


@dataclass(frozen=True)
class Drawn:
    """A network in eval mode, its examples in batches of any sizes, and what it is made of."""

    network: nn.Module
    batches: list[tuple[Tensor, Tensor]]
    parts: str


class Chain(nn.Module):
    """Parts one after the other; the logits come as a tensor, in a dict, or without an axis."""

    def __init__(self, parts: list[nn.Module], output: str) -> None:
        super().__init__()
        self.parts, self.output = nn.ModuleList(parts), output

    def forward(self, x: Tensor) -> Tensor | dict[str, Tensor]:
        for part in self.parts:
            x = part(x)
        if self.output == "dict":
            return {"logits": x}
        return x.squeeze() if self.output == "squeezed" else x


class TiedHead(nn.Module):
    """Logits by the table of the embedding, projected."""

    def __init__(self, table: nn.Embedding, width: int) -> None:
        super().__init__()
        self.table, self.project = table, nn.Linear(width, table.embedding_dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.project(x) @ self.table.weight.T


def drawn(seed: int) -> Drawn:
    """The network and the examples of a seed."""
    rng = random.Random(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _drawn(rng)


def _drawn(rng: random.Random) -> Drawn:
    C, N = rng.randint(2, 4), rng.randint(3, 7)
    kind = rng.choice(("vectors", "series", "tokens", "images"))
    inputs, parts, names = STEMS[kind](rng, N)
    for _ in range(rng.randint(0, 2)):
        name = rng.choice(sorted(BODIES))
        parts.append(BODIES[name](rng))
        names.append(name)
    tables = [part for part in parts if isinstance(part, nn.Embedding)]
    if tables and rng.random() < 0.5:
        C = tables[0].num_embeddings
        parts.append(TiedHead(tables[0], WIDTH))
        names.append("tied head")
    else:
        parts.append(nn.Linear(WIDTH, C, bias=rng.random() < 0.6))
    output = rng.choice(("tensor", "tensor", "dict", "squeezed"))
    network = Chain(parts, output).eval()
    for frozen in parts[:-1]:
        if rng.random() < 0.2 and isinstance(frozen, nn.Module):
            frozen.requires_grad_(False)
            names.append(f"frozen {type(frozen).__name__}")
    dtype = rng.choice(DTYPES)
    network.to(dtype)
    inputs = inputs.to(dtype) if inputs.is_floating_point() else inputs
    present = rng.randint(1, C)  # classes that have examples
    targets = torch.randint(0, present, (N,))
    sizes = []
    while sum(sizes) < N:
        sizes.append(min(rng.randint(1, N), N - sum(sizes)))
    batches = list(zip(inputs.split(sizes), targets.split(sizes), strict=True))
    told = f"{kind}: {', '.join(names)}; {output}, {dtype}, C={C}, batches {sizes}"
    return Drawn(network, batches, told)
