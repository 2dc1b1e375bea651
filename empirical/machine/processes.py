"""Work that the processes of a ``torch.distributed`` group share, each with its own examples.

Without a group, None, one process has all examples and nothing here does anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from empirical.data import Data
from theory.checks import InputError

Group = dist.ProcessGroup
Given = TypeVar("Given")
ANSWER = timedelta(seconds=10)
PATIENCE = timedelta(days=30)  # while the first process trains, the others wait


class ToldByFirstError(InputError):
    """What stopped the first process, which says it, stops the others."""


@contextmanager
def launched(device: str) -> Iterator[Group | None]:
    """The group of the processes that ``torchrun`` started; None where it did not.

    Over gloo, and NCCL between GPUs: ``cuda`` is the one of the process's local rank.
    """
    if not dist.is_torchelastic_launched():
        yield None
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    backend = "cpu:gloo,cuda:nccl" if device.startswith("cuda") else "gloo"
    dist.init_process_group(backend, timeout=PATIENCE)
    try:
        yield dist.group.WORLD
    finally:
        dist.destroy_process_group()


def first_to_say() -> bool:
    """Whether no other process that ``torchrun`` started has said yet what stopped it.

    They ask at the store of the launch, which counts; where it does not answer, it is to be said.
    """
    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    try:
        store = dist.TCPStore(host, port, is_master=False, timeout=ANSWER)  # pyright: ignore[reportPrivateImportUsage]
        return store.add(f"said/{os.environ.get('TORCHELASTIC_RESTART_COUNT')}", 1) == 1
    except (dist.DistError, RuntimeError, ValueError):
        return True


def is_first(group: Group | None) -> bool:
    """Whether this process is the one that writes and speaks."""
    return group is None or dist.get_rank(group) == 0


def share(data: Data, group: Group | None) -> Data:
    """The part of the examples that this process has; parts follow one another as ranks do.

    Raises
    ------
    InputError
        If there are fewer examples than processes.
    """
    if group is None:
        return data
    count, N = dist.get_world_size(group), len(data)
    if count > N:
        raise InputError(f"examples must be at least {count}, one for each process, got {N}")
    bounds = [N * i // count for i in range(count + 1)]
    rank = dist.get_rank(group)
    return data.take(np.arange(bounds[rank], bounds[rank + 1]))


def total(values: Tensor, group: Group | None) -> Tensor:
    """The sum over all processes, in all of them; ``values`` may be overwritten."""
    if group is not None:
        dist.all_reduce(values, group=group)
    return values


def everywhere(holds: bool, group: Group | None) -> bool:
    """Whether it holds in all processes."""
    return all(_of_all(holds, group))


def agreed(value: object, group: Group | None) -> bool:
    """Whether all processes have the same, and not None."""
    first, *others = _of_all(value, group)
    return first is not None and all(other == first for other in others)


def gathered(values: Tensor, group: Group | None) -> Tensor:
    """In the first process the rows of all, in the order of ranks; in the others their own."""
    if group is None:
        return values
    counts = _of_all(len(values), group)
    if not is_first(group):
        dist.send(values.contiguous(), group_dst=0, group=group)
        return values
    out = values.new_empty(sum(counts), *values.shape[1:])
    out[: counts[0]] = values
    start = counts[0]
    for rank, count in enumerate(counts[1:], start=1):
        dist.recv(out[start : start + count], group_src=rank, group=group)
        start += count
    return out


def from_first(work: Callable[[], Given], group: Group | None) -> Given:
    """What ``work`` gives in the first process, where alone it is done.

    Raises
    ------
    ToldByFirstError
        In the others, if it failed there.
    """
    if group is None:
        return work()
    told: list = [None, False]
    try:
        if is_first(group):
            told = [work(), True]
    finally:
        dist.broadcast_object_list(told, group_src=0, group=group)
    given, done = told
    if not done:
        raise ToldByFirstError("the first process stopped")
    return given


def _of_all(value: Given, group: Group | None) -> list[Given]:
    """What each process has, in the order of ranks."""
    if group is None:
        return [value]
    found: list[Given | None] = [None] * dist.get_world_size(group)
    dist.all_gather_object(found, value, group=group)
    return found  # pyright: ignore[reportReturnType] all are given
