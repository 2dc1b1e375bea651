"""Networks trained on points of the plane: boundary, spectrum, alignments and margins."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from empirical.boundary import crossings, reinforcing
from empirical.boundary.grid import Classify, Grid, Labels, on_grid, window
from empirical.boundary.initialisations import initial, trained
from empirical.boundary.margin import margins
from empirical.boundary.sets import points
from empirical.data import Data
from empirical.networks.by_name import MLP
from empirical.operators import Curvature, lanczos
from empirical.settings import Boundary
from empirical.wedges.losses import Losses
from theory.arrays import Array
from theory.streams import derived_seed

TOP = 20  # eigenpairs of H
WHOLE = 2000  # weights up to which all eigenvectors are made
TOLERANCE = 1e-4
NAMES = {
    "train_loss": ("loss on the points trained on", "nat"),
    "train_error": ("share of them misclassified", "1"),
    "test_error": ("share of new points misclassified", "1"),
    "weight_norm": ("length of the weights", "weight"),
    "pieces": ("pieces of the boundary", "1"),
    "pieces_finer": ("pieces of the boundary, half the spacing", "1"),
    "pieces_held": ("pieces with training points on both sides", "1"),
    "curves": ("connected curves of the boundary", "1"),
    "regions": ("regions of one class", "1"),
    "length": ("length of the boundary", "input"),
    "margin": ("distance of the nearest training point to the boundary", "input"),
    "distance": ("median distance of training points to the boundary", "input"),
    "gap_outliers": ("eigenvalues of H above the largest gap", "1"),
    "participation": ("(Σλ)²/Σλ² of the first 20 eigenvalues of H", "1"),
    "margin_estimate": ("margin estimated along the first eigenvector, median of starts", "input"),
    "margin_first": ("margin estimated from the first start", "input"),
    "margin_alignment": ("size of the alignment where the descent ends, median of starts", "1"),
    "captured_boundary": ("share of ‖g‖² on the outliers' eigenvectors, at the boundary", "1"),
    "captured_points": ("share of ‖g‖² on the outliers' eigenvectors, at training points", "1"),
    "generalisation": ("share of eigenvectors aligned with a training point by 10⁻⁶", "1"),
    "generalisation_random": ("share of eigenvectors aligned beyond random directions", "1"),
}


@dataclass(frozen=True, eq=False)
class Trained:
    """A network of the study with its points, and what its boundary and eigenvectors are."""

    network: MLP
    train: Data
    test: Data
    grid: Grid
    values: Tensor
    vectors: Tensor


def made(settings: Boundary, place: tuple[int, int, int]) -> Trained:
    """Train the network at a place of ``settings.networks``; its grid and eigenpairs.

    Points and random weights depend on the replicate alone. The eigenpairs are those of H, the
    Hessian of the mean loss on the points trained on.

    Raises
    ------
    InputError
        If training diverges.
    """
    i, j, replicate = place
    seed = derived_seed(settings.seed, "replicate", replicate)
    train, test = points(settings.sets[i], examples=settings.examples, seed=seed)
    name, recipe = settings.initialisations[j], settings.recipe
    with threadpool_limits(1):
        start = initial(name, train, recipe, hidden=settings.hidden, seed=seed)
        network = trained(start, train, recipe, seed=seed)
        centre, half = window(train.inputs.double().numpy())
        grid = on_grid(classifier(network), centre=centre, half=half, nodes=settings.nodes)
        return Trained(network, train, test, grid, *eigenpairs(network, train))


def classifier(network: nn.Module) -> Classify:
    """The classes that a network gives to points of the plane, in float64."""
    double = copy.deepcopy(network).eval().double().requires_grad_(False)

    def classify(at: Array) -> Labels:
        return double(torch.from_numpy(np.asarray(at, dtype=np.float64))).argmax(1).numpy()

    return classify


def eigenpairs(network: nn.Module, data: Data) -> tuple[Tensor, Tensor]:
    """Eigenvalues ``(k,)`` of the loss's Hessian, descending, and its eigenvectors ``(k, D)``.

    All D of them where there are at most 2000 weights; else the first 20, by Lanczos.
    """
    H = Curvature(network, data).H
    if H.D > WHOLE:
        found = lanczos.eigenpairs(H, top=TOP, tolerance=TOLERANCE)
        return found.values, found.vectors
    matrix = H(torch.eye(H.D, dtype=H.dtype))
    values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
    return values.flip(0), vectors.T.flip(0)


def gap_outliers(values: Array) -> int:
    """How many of the first 20 eigenvalues, descending, lie above the largest gap between them.

    The gap is largest in the logarithm, among eigenvalues above zero.

    Examples
    --------
    >>> gap_outliers(np.array([9.0, 8, 2, 1.9, 1.8, 1.7]))
    2
    """
    leading = values[:TOP]
    gaps = -np.diff(np.log(leading[leading > 0]))
    return int(gaps.argmax()) + 1 if len(gaps) else 0


def measured(one: Trained, settings: Boundary, *, seed: int) -> dict[str, float]:
    """The quantities ``NAMES`` of one network; the generalisation measure NaN above 2000 weights.

    Parameters
    ----------
    seed
        Root of the starting points of the margin's descent.
    """
    with threadpool_limits(1):
        return _fit(one) | _boundary(one, settings) | _spectrum(one, settings, seed)


def _fit(one: Trained) -> dict[str, float]:
    weights = parameters_to_vector(one.network.parameters()).detach()[None]
    seen, new = Losses(one.network, one.train), Losses(one.network, one.test)
    return {
        "train_loss": float(seen.loss(weights)),
        "train_error": 1 - float(seen.accuracy(weights)),
        "test_error": 1 - float(new.accuracy(weights)),
        "weight_norm": float(weights.norm()),
    }


def _boundary(one: Trained, settings: Boundary) -> dict[str, float]:
    classify, at = classifier(one.network), one.train.inputs.double().numpy()
    centre, half = window(at)
    finer = on_grid(classify, centre=centre, half=half, nodes=2 * settings.nodes - 1)
    return {
        "pieces": one.grid.pieces,
        "pieces_finer": finer.pieces,
        "pieces_held": one.grid.pieces_between(at),
        "curves": one.grid.curves,
        "regions": one.grid.regions,
        "length": one.grid.length,
        "margin": crossings.true_margin(classify, one.grid, at),
        "distance": float(np.median(crossings.distances(classify, one.grid, at))),
    }


def _spectrum(one: Trained, settings: Boundary, seed: int) -> dict[str, float]:
    values = one.values.numpy()
    outliers, top = gap_outliers(values), values[:TOP]
    found: dict[str, float] = {
        "gap_outliers": outliers,
        "participation": float(top.sum() ** 2 / (top**2).sum()),
    }
    estimate = margins(
        one.network,
        one.train,
        one.vectors[0],
        starts=settings.starts,
        steps=settings.steps,
        seed=seed,
    )
    found |= {
        "margin_estimate": float(estimate.margin.quantile(0.5)),
        "margin_first": float(estimate.margin[0]),
        "margin_alignment": float(estimate.alignment.abs().quantile(0.5)),
    }
    at_points = reinforcing.alignments(one.network, one.train.inputs, one.vectors)
    found["captured_points"] = float(at_points[:, :outliers].square().sum(1).mean())
    boundary = torch.from_numpy(crossings.crossings(classifier(one.network), one.grid))
    found["captured_boundary"] = np.nan
    if len(boundary):
        along = reinforcing.alignments(
            one.network, boundary.to(one.train.inputs.dtype), one.vectors[:outliers]
        )
        found["captured_boundary"] = float(along.square().sum(1).mean())
    found |= {"generalisation": np.nan, "generalisation_random": np.nan}
    if len(values) == (D := one.vectors.shape[1]):
        threshold = reinforcing.random_alignment(len(one.train), D=D)
        found["generalisation"] = reinforcing.generalisation(at_points)
        found["generalisation_random"] = reinforcing.generalisation(at_points, threshold=threshold)
    return found
