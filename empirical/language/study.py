"""A language model over training: the top of its spectrum, measured and predicted."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import xarray as xr

from empirical import networks
from empirical.data.sources.docstrings import Words, words, words_of_file
from empirical.language import Readout, Windows, gauss_newton
from empirical.language.measure import Estimates, Measured, estimated, measured, outputs
from empirical.language.training import trained
from empirical.machine import memory as bounds
from empirical.settings import Language
from empirical.settings.language import DOCSTRINGS
from theory import InputError
from theory.arrays import Array
from theory.models.many_classes import ManyClasses, diagonal_plus_low_rank

LEVELS = ("lengths", "FG", "FG weighted")
WEIGHTING = {"lengths": "curvature", "FG": "equal", "FG weighted": "curvature"}
CURVATURE = "nat/weight²"
OF_ALL = ("unigram_entropy", "absent")  # points of training
COPIES = 5  # of the outputs (N, C) in float64, where the model is solved


def text(settings: Language) -> Words:
    """The words of the settings' text.

    Raises
    ------
    InputError
        If it cannot be read, or has fewer words than the vocabulary.
    """
    if settings.data == DOCSTRINGS:
        found = words(settings.vocabulary)
    else:
        found = words_of_file(settings.data, settings.vocabulary)
    if found.classes < settings.vocabulary:
        raise InputError(
            f"vocabulary must be at most {found.classes}, the words of {settings.data}, "
            f"got {settings.vocabulary}"
        )
    return found


def study(
    settings: Language,
    *,
    begun: xr.Dataset | None = None,
    kept: Callable[[xr.Dataset], object] | None = None,
    memory: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """Train a transformer on words, measure it at each of ``steps`` and predict what was measured.

    Parameters
    ----------
    begun
        Points of the same run that are measured already.
    kept
        Called with all points after each.
    memory
        Most bytes to use; by default what is free.
    progress
        Called with 1 after each step of training.

    Returns
    -------
    xr.Dataset
        Over ``step``: ``loss``, ``test_loss``, ``participation``, ``q_SLSC``, ``q_SL``, ``q_DL``;
        with ``rank``: ``eigenvalue``, ``residual``, ``gradient_power``; with ``level`` and
        ``rank``: ``predicted``, ``predicted_power``; with ``level``: ``sigma_c``, ``sigma_E``,
        ``effective_dimension``, ``upper_edge``. What is sampled has ``_error``, its standard error.

    Raises
    ------
    InputError
        If the text is too short, or the memory would not suffice, before the training starts.
    """
    found = text(settings)
    whole = Windows.of(found.train, context=settings.context, classes=found.classes)
    test = Windows.of(found.test, context=settings.context, classes=found.classes)
    at, held_out = whole.draw(settings.windows, settings.held_out, seed=settings.seed)
    (new,) = test.draw(min(len(test), 2 * settings.windows), seed=settings.seed)
    start = networks.transformer(
        classes=found.classes,
        context=settings.context,
        width=settings.hidden[0],
        depth=len(settings.hidden),
        seed=settings.seed,
    )
    _require_memory(Readout(start, at, dtype=torch.float32), settings, memory)
    if at.absent:
        said = f"{at.absent} of {found.classes} classes have no example among the {at.N} measured"
        print(said, file=sys.stderr)
    points: dict[int, xr.Dataset] = {}
    if begun is not None:
        each = begun.drop_vars(OF_ALL)
        points = {int(s): each.sel(step=[s]) for s in begun.step.values}
        if set(points) >= set(settings.steps):
            return begun
    for step, network in trained(
        start,
        whole,
        steps=settings.steps,
        batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        seed=settings.seed,
        progress=progress,
    ):
        if step not in points:
            readout = Readout(network, at, dtype=torch.float32)
            points[step] = _point(readout, held_out, new, settings, memory).expand_dims(step=[step])
        if kept is not None:
            kept(_joined(points, found, absent=at.absent))
    return _joined(points, found, absent=at.absent)


def _joined(points: dict[int, xr.Dataset], found: Words, *, absent: int) -> xr.Dataset:
    made = xr.concat([points[step] for step in sorted(points)], dim="step", data_vars="all")
    made = made.assign(unigram_entropy=found.unigram_entropy, absent=absent)
    return made.assign_attrs(text=json.dumps(found.made_of))


def _require_memory(readout: Readout, settings: Language, memory: int | None) -> None:
    needed = max(gauss_newton.needed(readout, top=settings.top), COPIES * 8 * readout.N * readout.C)
    bounds.require(
        needed,
        memory=memory,
        device=torch.device("cpu"),
        work=f"{readout.N} examples of {readout.C} classes in {readout.D} weights",
        instead="take fewer windows, a smaller top or a smaller vocabulary",
    )
    print(f"memory: at most {needed / 2**20:.0f} MiB beside the program", file=sys.stderr)


def _point(
    readout: Readout, held_out: Windows, test: Windows, settings: Language, memory: int | None
) -> xr.Dataset:
    found = measured(readout, top=settings.top, seed=settings.seed, memory=memory)
    new = gauss_newton.loss(readout.on(test)).value
    model = estimated(readout.on(held_out), settings)
    p, r = outputs(readout)
    levels = [predicted(p, r, model, level, top=settings.top) for level in LEVELS]
    return _dataset(found, model, levels).assign(
        test_loss=_nat(new), participation=float(np.sum(p * p, axis=1).mean())
    )


def predicted(
    p: Array, r: Array, model: Estimates, level: str, *, top: int
) -> tuple[Array, Array, float]:
    """Outliers and the gradient's share on each, (top,) with NaN where there are fewer; the edge.

    Parameters
    ----------
    p, r : shape (N, C)
        Softmax outputs and residuals of the measured examples.
    level
        One of ``LEVELS``: ``lengths`` has orthogonal means of the length σ_c.
    """
    noise = model.noise[WEIGHTING[level]]
    means = model.means[WEIGHTING[level]]
    if level == "lengths":
        length = max(noise.sigma_c2.value, 0.0)
        means = diagonal_plus_low_rank(np.full(p.shape[1], length))
    solved = ManyClasses(
        p,
        means=means,
        sigma_E=noise.sigma_E2.value**0.5,
        D=max(2, round(noise.effective_dimension.value)),
        top=top,
    )
    rows = np.full((2, top), np.nan)
    count = len(solved.outliers)
    rows[0, :count] = solved.outliers
    rows[1, :count] = solved.power(r).outliers
    return rows[0], rows[1], solved.upper_edge


def _dataset(
    found: Measured, model: Estimates, levels: list[tuple[Array, Array, float]]
) -> xr.Dataset:
    q, noises = model.clustering, [model.noise[WEIGHTING[level]] for level in LEVELS]
    sampled: dict[str, Any] = {}
    for name in ("q_SLSC", "q_SL", "q_DL"):
        estimate = getattr(q, name)
        sampled[name], sampled[f"{name}_error"] = float(estimate.value), float(estimate.error)
    for name, square in (("sigma_c", "sigma_c2"), ("sigma_E", "sigma_E2")):
        values = np.array([max(getattr(each, square).value, 0.0) ** 0.5 for each in noises])
        errors = np.array([getattr(each, square).error for each in noises])
        safe = np.where(values > 0, values, np.nan)
        sampled[name] = ("level", values, {"units": "nat/weight"})
        sampled[f"{name}_error"] = ("level", errors / (2 * safe))
    dimensions = [each.effective_dimension for each in noises]
    sampled["effective_dimension"] = ("level", [each.value for each in dimensions])
    sampled["effective_dimension_error"] = ("level", [each.error for each in dimensions])
    outliers, powers, edges = (np.array(each) for each in zip(*levels, strict=True))
    return xr.Dataset(
        {
            "loss": _nat(found.loss),
            "eigenvalue": ("rank", found.eigenvalues, {"units": CURVATURE}),
            "residual": ("rank", found.residuals, {"units": CURVATURE}),
            "gradient_power": ("rank", found.gradient_power),
            "predicted": (("level", "rank"), outliers, {"units": CURVATURE}),
            "predicted_power": (("level", "rank"), powers),
            "upper_edge": ("level", edges, {"units": CURVATURE}),
            "repeated_classes": q.classes,
            **sampled,
        },
        coords={"level": list(LEVELS), "rank": np.arange(1, len(found.eigenvalues) + 1)},
    )


def _nat(value: float) -> xr.DataArray:
    return xr.DataArray(value, attrs={"units": "nat"})
