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
from empirical.machine import processes
from empirical.machine.processes import Group
from empirical.outputs import Outputs, outputs


@dataclass(frozen=True, eq=False)
class Point:
    """One network, the examples that it is measured on, and those that estimate the model.

    ``where`` holds ``dtype``, ``device`` and ``memory``, as ``capture`` takes them; ``keep`` says
    whether the logit gradients of all measured examples are held at once. With a ``group`` each
    process runs its share, and what is read is whole in the first process alone.
    """

    network: nn.Module
    data: Data
    held_out: Data | None
    seed: int
    where: Mapping[str, Any]
    keep: bool
    group: Group | None = None

    @cached_property
    def sample(self) -> Sample:
        """Logits and logit gradients of the measured examples."""
        return self._captured(self.data)

    @cached_property
    def outputs(self) -> Outputs:
        """The logits alone."""
        if self.keep:
            return self.sample
        return outputs(self.network, self._share(self.data), **self.where, group=self.group)

    def passing(self) -> Iterable[Sample]:
        """The share of the sample, a few examples of it at a time."""
        return samples(self.network, self._share(self.data), **self.where)

    def source(self) -> Sample:
        """The same of the held-out examples; of the measured ones if there are none."""
        if self.held_out is None:
            return self.sample
        return self._captured(self.held_out)

    @property
    def single(self) -> dict[str, Any]:
        """``where`` in float32, whose rounding is far below what iterations leave."""
        return {**self.where, "dtype": torch.float32}

    def few_at_a_time(self, data: Data) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Batches of the share, of the size that ``capture`` would take in float32."""
        data = self._share(data)
        plan = planned(self.network, data, **self.single)
        size = batch_size(plan, memory=self.where["memory"])
        return list(zip(data.inputs.split(size), data.targets.split(size), strict=True))

    def _captured(self, data: Data) -> Sample:
        return capture(self.network, self._share(data), **self.where, group=self.group)

    def _share(self, data: Data) -> Data:
        return processes.share(data, self.group)
