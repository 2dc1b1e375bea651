"""Centred kernel alignment of two networks' outputs, on inputs that are mixed in pairs."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from empirical.data import Data
from empirical.networks.descent import one_thread
from empirical.taxonomy import evaluation
from theory import checks, stream
from theory.checks import InputError

MIXING = 16.0


def linear_cka(X: Tensor, Y: Tensor) -> float:
    r"""Linear centred kernel alignment, ``‖XᵀY‖² / (‖XᵀX‖ ‖YᵀY‖)`` of centred columns.

    Frobenius norms; Kornblith et al. 2019, arXiv:1905.00414. From 0 to 1, and 1 where one is the
    other rotated, scaled and shifted; NaN where one is the same for all examples.

    Parameters
    ----------
    X, Y
        Representations of the same examples, shapes ``(N, p)`` and ``(N, q)``.

    Raises
    ------
    InputError
        If the shapes do not fit.

    Examples
    --------
    >>> X = torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0]])
    >>> round(linear_cka(X, 3 * X[:, [1, 0]] + 1), 6)
    1.0
    """
    for name, each in (("X", X), ("Y", Y)):
        checks.instance(name, each, Tensor)
    if X.ndim != 2 or Y.ndim != 2 or len(X) != len(Y):
        raise InputError(
            f"X and Y must be (N, p) and (N, q), got {tuple(X.shape)} and {tuple(Y.shape)}"
        )
    x, y = ((each.double() - each.double().mean(0)) for each in (X, Y))
    own = (x.T @ x).norm() * (y.T @ y).norm()
    return float((x.T @ y).norm() ** 2 / own) if own > 0 else float("nan")


def mixed(data: Data, *, alpha: float = MIXING, seed: int) -> Data:
    """Inputs ``λ x_i + (1-λ) x_j`` of each example i and another of a random order, as mixup has.

    Zhang et al. 2017, arXiv:1710.09412; ``λ ~ Beta(α, α)``, one for each example. Labels are those
    of i.

    Parameters
    ----------
    alpha
        Above 0; large: halves of two examples.
    seed
        Root of the pairs and of λ.

    Raises
    ------
    InputError
        If ``alpha`` is not above 0, or the inputs are tokens.
    """
    checks.instance("data", data, Data)
    a = checks.real("alpha", alpha, low=0, strict=True)
    if not data.inputs.is_floating_point():
        raise InputError(f"inputs must be numbers to be mixed, those of {data.name} are tokens")
    rng = stream(seed, "mixed")
    other = torch.from_numpy(rng.permutation(len(data)))
    share = torch.from_numpy(rng.beta(a, a, size=len(data))).to(data.inputs)
    share = share.reshape(-1, *[1] * (data.inputs.ndim - 1))
    return replace(data, inputs=share * data.inputs + (1 - share) * data.inputs[other])


def cka(
    network: nn.Module, other: nn.Module, data: Data, *, alpha: float = MIXING, seed: int
) -> float:
    """``linear_cka`` of the softmax outputs of two networks on ``mixed`` inputs.

    As Yang et al. 2021, arXiv:2107.11228, whose last layer is the softmax. Both are in eval mode.

    Parameters
    ----------
    alpha, seed
        As of ``mixed``.

    Raises
    ------
    InputError
        As ``mixed``, or if one of the networks is none.
    """
    for name, each in (("network", network), ("other", other)):
        checks.instance(name, each, nn.Module)
    inputs = mixed(data, alpha=alpha, seed=seed).inputs
    modes = network.training, other.training
    with one_thread():
        p, q = (evaluation.logits(each.eval(), inputs).softmax(1) for each in (network, other))
    for each, training in zip((network, other), modes, strict=True):
        each.train(training)
    return linear_cka(p, q)
