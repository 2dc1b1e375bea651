r"""The covariance of a language model's noise across its logits: diagonal plus low rank.

Deviations of logit gradients from their mean are ``E_{μk} = (e_k ⊗ δh_μ, 0, δB_μᵀ W_k)`` with one
mean for each group of examples, so that

    E E_k·E_l = δ_kl E|δh|² + W_kᵀ M W_l ,     M = E δB δBᵀ   (d × d) ,

exactly, whatever C. Both means are over pairs μ, ν of one group and different windows, half of
those of ``h_μ - h_ν`` and ``B_μ - B_ν``; examples count by their curvature, ``tr A_μ = 1 - Σp²``,
as in G. Noise that all logits share is not in G: W counts from its weighted mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from empirical.language.levels.true_classes import TrueClasses
from empirical.language.noise import apart
from empirical.language.readout import Readout
from empirical.language.sampled import EMBEDDING
from empirical.operators.probes import Estimated, mean
from theory import checks, stream
from theory.models.many_classes import LogitCovariance, logit_covariance


@dataclass(frozen=True, eq=False)
class AcrossLogits:
    """The noise's covariance across logits.

    Parameters
    ----------
    covariance
        In units of ``sigma_E2``: one in the mean over the diagonal, by the weight of logits in G.
    sigma_E2
        Mean square of the noise that G sees, with its standard error over the draws.
    """

    covariance: LogitCovariance
    sigma_E2: Estimated


def across_logits(
    readout: Readout, *, classes: TrueClasses, draws: int, rank: int, seed: int = 0
) -> AcrossLogits:
    """The covariance from ``draws`` pairs of examples, with ``rank`` columns.

    What these leave out is added to the diagonal.

    Raises
    ------
    InputError
        If there are fewer than 2 draws, or the examples of a group lie in one window.
    """
    checks.integer("draws", draws, low=2)
    impurity, share = _weights(readout)
    own, rng = classes.of(readout.windows).numpy(), stream(seed, "across logits")
    groups = rng.choice(own, size=draws, p=impurity / impurity.sum())
    pairs = [apart(readout, impurity * (own == group), rng=rng) for group in groups]
    return covariance(readout, torch.tensor(pairs), share=share, rank=rank)


def covariance(readout: Readout, pairs: Tensor, *, share: Tensor, rank: int) -> AcrossLogits:
    """That of given pairs of places ``(m, 2)``, logits weighted by ``share (C,)`` of sum 1."""
    found = [deviation(readout, *pair) for pair in pairs.tolist()]
    lengths = torch.stack([length for length, _ in found])
    each = torch.stack([M for _, M in found])
    W = readout.W.double().cpu()
    W = W - share @ W
    seen = W.T @ (share[:, None] * W)
    sigma_E2 = mean((lengths + torch.einsum("mab,ab->m", each, seen)).numpy())
    values, frame = torch.linalg.eigh(each.mean(0))
    root = frame * values.clamp_min(0).sqrt()
    order = torch.linalg.eigh(root.T @ seen @ root)[1].flip(1)
    columns = W @ root @ order
    kept = columns[:, : min(rank, len(values))]
    rest = lengths.mean() + columns[:, kept.shape[1] :].square().sum(1)
    scale = float(sigma_E2.value)
    made = logit_covariance((rest / scale).numpy(), (kept / scale**0.5).numpy())
    return AcrossLogits(made, sigma_E2)


def deviation(readout: Readout, left: int, right: int) -> tuple[Tensor, Tensor]:
    """``|h_μ - h_ν|²/2`` and ``(B_μ - B_ν)(B_μ - B_ν)ᵀ/2``, float64, with the host."""
    each = readout.windows.each
    windows = readout.windows.take(torch.tensor([left // each, right // each]))
    places = left % each, each + right % each
    words = torch.unique(windows.tokens).to(readout.device)
    run = readout.run(windows)
    rows = []
    for a in range(run.h.shape[1]):
        along = torch.zeros_like(run.h)
        along[places[0], a], along[places[1], a] = 1, -1
        parts = zip(readout.names, run.pulled(along), strict=True)
        kept = [part[words] if name == EMBEDDING else part for name, part in parts]
        rows.append(torch.cat([part.flatten() for part in kept]))
    B = torch.stack(rows)
    change = (run.h[places[0]] - run.h[places[1]]).double().cpu()
    return change.square().sum() / 2, (B @ B.T).double().cpu() / 2


def _weights(readout: Readout) -> tuple[np.ndarray, Tensor]:
    """``tr A_μ`` of each example, and each logit's share of the curvature ``Σ_μ A_kk``."""
    impurity, curvature = [], readout.zeros(readout.C)
    for windows in readout.chunks():
        p = readout.outputs(readout.features(windows))
        A = p.sub_(p.square())
        impurity.append(A.sum(1))
        curvature += A.sum(0)
    share = curvature.double().cpu()
    return torch.cat(impurity).double().cpu().numpy(), share / share.sum()
