"""Random labels: data of lower quality."""

from __future__ import annotations

from dataclasses import replace

import torch

from empirical.data.examples import Data
from theory import checks, stream
from theory.checks import InputError


def randomised(data: Data, *, share: float, seed: int) -> Data:
    """The data with the labels of ``round(share N)`` examples drawn anew, uniformly of all classes.

    A new label is the old one with probability 1/C, so that with ``share = 1`` labels say nothing
    of the inputs (Zhang et al. 2017, arXiv:1611.03530). Which examples, and their labels, depend on
    the seed alone: with a larger share the same ones, and more, are drawn anew.

    Parameters
    ----------
    share
        In [0, 1].
    seed
        Root of the random choice.

    Raises
    ------
    InputError
        If ``data`` are none, or the share is out of its bounds.

    Examples
    --------
    >>> data = Data(torch.zeros(1000, 2), torch.arange(1000) % 4, 4, "mine")
    >>> noisy = randomised(data, share=0.5, seed=0)
    >>> round(float((noisy.targets != data.targets).double().mean()), 2)  # 0.5 · 3/4 expected
    0.36
    """
    checks.instance("data", data, Data)
    if checks.real("share", share, low=0) > 1:
        raise InputError(f"share must be at most 1, got {share:g}")
    rng, N = stream(seed, "label noise"), len(data)
    order = torch.from_numpy(rng.permutation(N))
    drawn = torch.from_numpy(rng.integers(data.classes, size=N))
    chosen = order[: round(share * N)]
    targets = data.targets.clone()
    targets[chosen] = drawn[chosen]
    return replace(data, targets=targets)
