r"""Logit gradients of sampled examples and classes, and their inner products.

Of N·C logit gradients a few hundred are formed. Where they are drawn with the probability of their
weight, plain means over the draws are weighted means over all of them without bias, and the spread
of the draws is their standard error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from empirical.language.readout import Readout

EMBEDDING = "network.token.weight"


@dataclass(frozen=True, eq=False)
class Sampled:
    """Logit gradients ``J_{μk}`` of m pairs of an example and a class.

    Parameters
    ----------
    classes
        Shape (m,).
    h
        Features of the examples, shape (m, d): the part in W is ``e_k ⊗ h``, that in b ``e_k``.
    body
        The part in all other weights, without embeddings of words that no window holds, ``(m, ·)``.
    """

    classes: Tensor
    h: Tensor
    body: Tensor

    def take(self, index: Tensor | slice) -> Sampled:
        """The gradients at ``index``."""
        return Sampled(self.classes[index], self.h[index], self.body[index])

    @cached_property
    def products(self) -> Tensor:
        """``J_i·J_j`` of all pairs, shape (m, m), float64, with the host."""
        h, body = self.h.double(), self.body.double()
        same = self.classes[:, None] == self.classes
        return same * (h @ h.T + 1).cpu() + (body @ body.T).cpu()


def sampled(readout: Readout, places: Tensor, classes: Tensor) -> Sampled:
    """The logit gradients of class ``classes[i]`` at place ``places[i]``, shape (m,) each.

    Parameters
    ----------
    places
        In the order of the windows, from 0 to N - 1.
    """
    each = readout.windows.each
    window, at = places // each, places % each
    words = torch.unique(readout.windows.tokens[window]).to(readout.device)
    h, body = [], []
    for index in torch.unique(window).tolist():
        run = readout.run(readout.windows.take(slice(index, index + 1)))
        for i in (window == index).nonzero()[:, 0].tolist():
            along = torch.zeros_like(run.h)
            along[at[i]] = readout.W[classes[i]]
            parts = zip(readout.names, run.pulled(along), strict=True)
            rows = [part[words] if name == EMBEDDING else part for name, part in parts]
            h.append((i, run.h[at[i]]))
            body.append((i, torch.cat([row.flatten() for row in rows])))
    return Sampled(classes, _ordered(h), _ordered(body))


def _ordered(found: list[tuple[int, Tensor]]) -> Tensor:
    return torch.stack([row for _, row in sorted(found, key=lambda pair: pair[0])])
