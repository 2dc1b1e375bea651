"""Softmax regression of given weights, as a network with its data."""

from __future__ import annotations

import torch
from numpy.typing import ArrayLike

from empirical.data.examples import Data
from empirical.networks.by_name import MLP
from theory import checks


def softmax_regression(W: ArrayLike, *, x: ArrayLike, y: ArrayLike) -> tuple[MLP, Data]:
    """One linear layer without biases, of logits ``W x``, and its labelled examples, in float64.

    Parameters
    ----------
    W : shape (C, d)
        Weights.
    x : shape (N, d)
        Inputs.
    y : shape (N,)
        Class of each, from 0.

    Raises
    ------
    InputError
        If one is no array of numbers, or the shapes are not what a network and its data take.

    Examples
    --------
    >>> import numpy as np
    >>> network, data = softmax_regression(np.eye(2, 3), x=np.ones((4, 3)), y=[0, 1, 0, 1])
    >>> network(data.inputs).shape, data.classes
    (torch.Size([4, 2]), 2)
    """
    weights = checks.array("W", W, ndim=2)
    classes, d = weights.shape
    network = MLP((d, classes), activation="relu", bias=False).double()
    torch.nn.utils.vector_to_parameters(torch.from_numpy(weights.ravel()), network.parameters())
    inputs = torch.from_numpy(checks.array("x", x, ndim=2).copy())
    targets = torch.from_numpy(checks.classes("y", y, N=len(inputs), C=classes))
    return network, Data(inputs, targets, classes, "mixture")
