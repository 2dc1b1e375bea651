"""Softmax regression of given weights, as a network with its data."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from empirical.data.examples import Data
from empirical.networks.by_name import MLP


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
        If the shapes are not what a network and its data take.

    Examples
    --------
    >>> network, data = softmax_regression(np.eye(2, 3), x=np.ones((4, 3)), y=[0, 1, 0, 1])
    >>> network(data.inputs).shape, data.classes
    (torch.Size([4, 2]), 2)
    """
    weights = np.asarray(W, dtype=float)
    classes, d = weights.shape
    network = MLP((d, classes), activation="relu", bias=False).double()
    torch.nn.utils.vector_to_parameters(torch.from_numpy(weights.ravel()), network.parameters())
    inputs = torch.from_numpy(np.array(x, dtype=float))
    targets = torch.from_numpy(np.array(y, dtype=np.int64))
    return network, Data(inputs, targets, classes, "mixture")
