"""The four parts of G against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from empirical.capture import capture
from empirical.hierarchy.cross_class import PARTS, cross_class, same_eigenvalues, within_eigenvalues
from tests.support.networks.zoo import WIDTHS, make
from tests.support.references.cross_class import KINDS, dense, reference, unequal


@pytest.mark.parametrize("name", KINDS)
def test_the_four_parts_are_the_dense_ones_and_add_up_to_G(name):
    network, data = make(name), unequal(WIDTHS[name])
    J, p, G = reference(network, data)
    parts = dense(J, p, data.targets)
    scale = float(G.diagonal().sum())
    torch.testing.assert_close(sum(parts.values()), G, rtol=0, atol=1e-14 * scale)

    sample = capture(network, data)
    found = cross_class(sample)
    np.testing.assert_allclose(
        found.traces, [float(parts[part].trace()) for part in PARTS], atol=1e-13 * scale
    )
    assert sum(found.traces) == pytest.approx(scale, rel=1e-12)
    spectra = {
        "class": torch.linalg.svdvals(found.class_rows).square(),
        "cross": torch.linalg.svdvals(found.cross_rows).square(),
        "within": within_eigenvalues(sample),
        "same": same_eigenvalues(sample),
    }
    for part, values in spectra.items():
        wanted = torch.linalg.eigvalsh(parts[part]).flip(0)
        torch.testing.assert_close(values, wanted[: len(values)], rtol=0, atol=1e-12 * scale)


def test_means_without_the_weights_do_not_add_up():
    data = unequal(5)
    J, p, G = reference(make("relu"), data)
    parts = dense(J, p, data.targets, weighted=False)
    assert (sum(parts.values()) - G).norm() > 1e-2 * G.norm()
    wrong = float(parts["class"].trace())
    found = cross_class(capture(make("relu"), data)).traces
    assert abs(found[0] / wrong - 1) > 1e-2


def test_means_over_one_of_the_two_classes_keep_their_share():
    data = unequal(5)
    J, p, _ = reference(make("relu"), data)
    parts = dense(J, p, data.targets)
    total = float((parts["class"] + parts["cross"]).trace())
    exchanged = 0.0
    for k in range(4):
        others = data.targets != k
        pull = p[others] - nn.functional.one_hot(torch.tensor(k), 4)
        weighted = torch.einsum("n,nkd,nk->d", p[others, k], J[others], pull) / len(data)
        exchanged += float(weighted.square().sum() / (p[others, k].sum() / len(data)))
    found = cross_class(capture(make("relu"), data)).grouped_shares
    assert found == pytest.approx((float(parts["class"].trace()) / total, exchanged / total))


def test_the_mean_of_the_same_class_is_the_class_mean_turned_round():
    network, data = make("relu"), unequal(5)
    J, p, _ = reference(network, data)
    found = cross_class(capture(network, data))
    r = p - nn.functional.one_hot(data.targets, 4)
    for c in range(4):
        members = data.targets == c
        own = torch.einsum("n,nkd,nk->d", p[members, c], J[members], r[members]) / len(data)
        torch.testing.assert_close(own, -found.weights[c].sum() * found.class_means[c])
