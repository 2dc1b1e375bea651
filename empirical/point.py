"""One network at one point: what is read of it, once, for all groups of observables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import nn

from empirical.capture import Sample, batch_size, capture, planned, samples
from empirical.data import Data
from empirical.outputs import Outputs, outputs


@dataclass(frozen=True, eq=False)
class Point:
    """One network, the examples that it is measured on, and those that estimate the model.

    ``where`` holds ``dtype``, ``device`` and ``memory``, as ``capture`` takes them; ``keep`` says
    whether the logit gradients of all measured examples are held at once.
    """

    network: nn.Module
    data: Data
    held_out: Data | None
    seed: int
    where: Mapping[str, Any]
    keep: bool

    @cached_property
    def sample(self) -> Sample:
        """Logits and logit gradients of the measured examples."""
        return capture(self.network, self.data, **self.where)

    @cached_property
    def outputs(self) -> Outputs:
        """The logits alone."""
        return self.sample if self.keep else outputs(self.network, self.data, **self.where)

    def passing(self) -> Iterable[Sample]:
        """The sample; a few examples of it at a time where it need not be kept."""
        return (self.sample,) if self.keep else samples(self.network, self.data, **self.where)

    def source(self) -> Sample:
        """The same of the held-out examples; of the measured ones if there are none."""
        if self.held_out is None:
            return self.sample
        return capture(self.network, self.held_out, **self.where)

    @property
    def single(self) -> dict[str, Any]:
        """``where`` in float32, whose rounding is far below what iterations leave."""
        return {**self.where, "dtype": torch.float32}

    def few_at_a_time(self, data: Data) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Batches of the size that ``capture`` would take in float32."""
        plan = planned(self.network, data, **self.single)
        size = batch_size(plan, memory=self.where["memory"])
        return list(zip(data.inputs.split(size), data.targets.split(size), strict=True))
