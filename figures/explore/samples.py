"""Draws of the model, one after the other, as the page draws them beside the prediction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from figures.explore.question import Question
from simulate.hessian import sample
from simulate.one_draw.drawn_means import with_means
from simulate.one_draw.draws import examples
from theory import InputError, stream

LARGEST = 2000  # rows or weights of a draw that a reader waits for
MOST = 200  # draws


def draws(asked: Question, *, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Spectra of the model, those of ``simulate.replicates.replicates`` one by one.

    Parameters
    ----------
    asked
        The model.
    count
        Number of draws, at most 200.
    seed
        Root of all streams.

    Yields
    ------
    dict
        ``eigenvalues``, descending, and the gradient's ``share`` on the first of them, as many as
        the means can make.

    Raises
    ------
    InputError
        If the model is larger than a page should wait for, or the count is.
    """
    params = asked.params
    size = params.D if params.sigma_H > 0 else min(params.D, params.N * (params.C - 1))
    if size > LARGEST or params.N * params.C > 100 * LARGEST:
        raise InputError(
            f"min(D, N(C-1)) must be at most {LARGEST} to be drawn in the page, got {size}: "
            "fort-ganguli simulate draws larger ones"
        )
    if not 1 <= count <= MOST:
        raise InputError(f"count must be from 1 to {MOST}, got {count}")
    drawn = examples(params, seed=seed)
    for i in range(count):
        e = with_means(params, drawn, rng=stream(seed, "means", i))
        found = sample(e, rng=stream(seed, "noise", i))
        top = found.gradient_power[: params.outlier_directions]
        yield {"eigenvalues": np.asarray(found.eigenvalues).tolist(), "share": float(top.sum())}
