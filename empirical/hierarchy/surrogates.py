r"""Spectra of G with its logit gradients drawn anew, one assumption of the model true at a time.

A surrogate of a measured example keeps its label and softmax outputs and has the gradients

    J_{μk} = c_{k,y} + Σ_ν b_{μν} E_{νk} / √f_{νk} ,

with means c of the level ``weighted`` and the deviations E of other examples, the *donors*, from
their sample means; f as in ``empirical.estimates.deviations``. The coefficients b say what is
assumed of the noise: Gaussian ones leave of the donors their covariance across logits and weights
alone, a single one of 1 the whole noise of one donor. Donors weigh ``tr A_ν``, as they do in G. All
is done on inner products, at a cost that does not depend on D.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from empirical.capture import Sample, capture
from empirical.data import Data
from empirical.estimates.anisotropy import denoised, sample_means
from empirical.estimates.deviations import Half, of_all, products
from empirical.estimates.parameters import curvature_weights, weighted_means
from empirical.gauss_newton.gram import mixed
from empirical.gauss_newton.spectrum import softmax_root, spectrum
from empirical.hierarchy.kinds import SURROGATES, Surrogate
from empirical.machine.devices import whereabouts
from empirical.recorded import variable
from empirical.settings import Measurement
from empirical.softmax import complements
from theory import stream

NEAREST = 6  # donors whose outputs are nearest, by the distance of ln p
FLOOR = 1e-3  # added to outputs before their logarithm
MEASURED = "measured"


def surrogates(
    sample: Sample,
    others: Sample,
    *,
    seed: int,
    kinds: Sequence[str] = tuple(SURROGATES),
    draws: int = 2,
    nearest: int = NEAREST,
) -> xr.Dataset:
    """Eigenvalues of G as measured and of each kind of surrogate, and how many examples make it.

    Parameters
    ----------
    others
        Held-out examples of the same network, from which means and noise come.
    seed
        Root of the draws.
    kinds
        Names in ``SURROGATES``.
    draws
        Of each kind, whose eigenvalues are averaged by rank.
    nearest
        Donors that are taken for near in their outputs.

    Returns
    -------
    xr.Dataset
        ``surrogate_eigenvalues`` (surrogate, rank), the first of them ``measured``;
        ``outliers``, C - 1; ``undecided`` (part): ``(Σ tr A)²/Σ (tr A)²`` of the measured examples
        and of the others.

    Raises
    ------
    InputError
        If a class has fewer than 4 examples in either.
    """
    own, other = _Parts(sample), _Parts(others)
    S = softmax_root(sample.logits).double() / len(sample.targets) ** 0.5
    place = (sample.C * sample.targets[:, None] + torch.arange(sample.C)).flatten()
    rows = [_eigenvalues(own.products, S)]
    for name in kinds:
        kind, rng = SURROGATES[name], stream(seed, "surrogates", name)
        drawn = _coefficients(kind, own, other, rng=rng, draws=draws, nearest=nearest)
        found = [_eigenvalues(each, S) for each in _products(kind, own, other, place, drawn)]
        rows.append(torch.stack(found).mean(0))
    return xr.Dataset(
        {
            "surrogate_eigenvalues": variable(
                "surrogate_eigenvalues",
                torch.stack(rows),
                dims=("surrogate",),
                observable="eigenvalues",
            ),
            "outliers": sample.C - 1,
            "undecided": ("part", [own.undecided, other.undecided]),
        },
        coords={"surrogate": [MEASURED, *kinds], "part": [MEASURED, "held out"]},
    )


def of_network(network: nn.Module, data: Data, measurement: Measurement) -> xr.Dataset:
    """Surrogates of a network on the examples that ``empirical.measure`` would choose.

    Parameters
    ----------
    measurement
        Says which are measured and held out, and how.

    Returns
    -------
    xr.Dataset
        As of ``surrogates``, and ``resampled_eigenvalues`` (rank) of as many held-out examples as
        are measured, or of all there are.
    """
    order = stream(measurement.seed, "examples").permutation(len(data))
    N, last = measurement.examples, measurement.examples + measurement.held_out
    sample, others = (
        capture(network, data.take(chosen), **whereabouts(measurement))
        for chosen in (order[:N], order[N:last])
    )
    again = spectrum(others.take(torch.arange(min(N, measurement.held_out)))).eigenvalues
    found = surrogates(sample, others, seed=measurement.seed)
    missing = found.sizes["rank"] - len(again)
    values = torch.nn.functional.pad(again, (0, missing))
    name = "resampled_eigenvalues"
    return found.assign({name: variable(name, values, observable="eigenvalues")})


class _Parts:
    """Means and deviations of some examples."""

    def __init__(self, sample: Sample) -> None:
        weights = curvature_weights(sample.p)
        self.gradients, self.targets = sample.gradients, sample.targets
        self.Gamma = weighted_means(sample)
        self.means = denoised(sample_means(sample, weights), self.Gamma)
        self.deviations: Half = of_all(sample.gradients, sample.targets, weights)
        p = sample.p.double()
        self.weight = (p * complements(p)).sum(1)
        logs = (p + FLOOR).log()
        self.outputs = logs - logs.mean(1, keepdim=True)

    @property
    def undecided(self) -> float:
        """How many examples of equal weight would make G as these do."""
        return float(self.weight.sum() ** 2 / self.weight.square().sum())

    @cached_property
    def products(self) -> Tensor:
        """``J_{μk}·J_{νl}``, shape ``(N, C, N, C)``."""
        return self.gradients.cross_gram(self.gradients).double()

    @cached_property
    def noise(self) -> Tensor:
        """``E_{μk}·E_{νl}/√(f f)``, shape ``(N, C, N, C)``."""
        scale = self.deviations.variance.rsqrt()
        return products(self.deviations, self.deviations) * scale[:, :, None, None] * scale

    def along(self, means: Tensor) -> Tensor:
        """``E_{μk}·c_j/√f``, shape ``(N, C, R)``."""
        found = self.deviations.centred(self.gradients.project(means))
        return found * self.deviations.variance.rsqrt()[:, :, None]


def _coefficients(
    kind: Surrogate,
    own: _Parts,
    other: _Parts,
    *,
    rng: np.random.Generator,
    draws: int,
    nearest: int,
) -> Iterator[Tensor]:
    """Of each draw: ``b (N, donors)``, or the one donor ``(N,)`` of each example."""
    if kind.donors == "itself":
        yield torch.arange(len(own.targets))
        return
    same = own.targets[:, None] == other.targets
    weight = other.weight.expand(len(own.targets), -1)
    if kind.donors == "class":
        weight = weight * same
    elif kind.donors == "outputs":
        distance = torch.cdist(own.outputs, other.outputs).where(same, torch.inf)
        chosen = distance.topk(min(nearest, len(other.targets)), largest=False).indices
        weight = torch.zeros_like(distance).scatter_(1, chosen, 1.0) * same
    weight = weight / weight.sum(1, keepdim=True)
    for _ in range(draws):
        if kind.gaussian:
            yield weight.sqrt() * torch.from_numpy(rng.standard_normal(weight.shape))
        else:
            passed = weight.cumsum(1) < torch.from_numpy(rng.random((len(weight), 1)))
            yield passed.sum(1).clamp_max(weight.shape[1] - 1)


def _products(
    kind: Surrogate, own: _Parts, other: _Parts, place: Tensor, drawn: Iterable[Tensor]
) -> Iterator[Tensor]:
    """Inner products of the surrogates of each draw, shape ``(N, C, N, C)``."""
    donors = own if kind.donors == "itself" else other
    if kind.means is None:
        for b in drawn:
            yield _both(donors.products, b)
        return
    centres = own if kind.means == "measured" else other
    along = donors.along(centres.means)
    shape = (len(own.targets), len(place) // len(own.targets)) * 2
    means = centres.Gamma[place][:, place].view(shape)
    for b in drawn:
        crossed = _one(along, b)[:, :, place].view(shape)
        yield means + crossed + crossed.permute(2, 3, 0, 1) + _both(donors.noise, b)


def _one(values: Tensor, b: Tensor) -> Tensor:
    """``Σ_ν b_{μν} x_ν``, the first axis."""
    return torch.tensordot(b, values, dims=1) if b.is_floating_point() else values[b]


def _both(products: Tensor, b: Tensor) -> Tensor:
    """``Σ_{μ'ν'} b_{μμ'} b_{νν'} K_{μ'k,ν'l}``."""
    return _one(_one(products, b).permute(2, 3, 0, 1), b)


def _eigenvalues(products: Tensor, S: Tensor) -> Tensor:
    """Of G, descending, from inner products ``(N, C, N, C)``."""
    rows = products.shape[0] * products.shape[1]
    return torch.linalg.eigvalsh(mixed(products.reshape(rows, rows), S)).flip(0).clamp_min(0)
