"""Which networks are piecewise linear."""

from __future__ import annotations

import torch

from empirical import networks
from empirical.operators.multilinear import piecewise_multilinear

RESIDUAL = networks.resnet20(image=(1, 4, 4), classes=4, seed=0)


def test_detection_reads_the_graph_of_shipped_networks():
    images = torch.rand(3, 16)
    assert piecewise_multilinear(networks.cnn(image=(1, 4, 4), seed=0)(images))
    assert piecewise_multilinear(networks.lenet(image=(1, 12, 12), seed=0)(torch.rand(3, 144)))
    assert piecewise_multilinear(RESIDUAL.eval()(images))
    assert not piecewise_multilinear(RESIDUAL.train()(images))
    text = networks.transformer(classes=5, context=3, width=4, heads=1, seed=0)
    assert not piecewise_multilinear(text(torch.zeros(2, 3, dtype=torch.int64)))
    assert piecewise_multilinear(torch.ones(3))
