"""The parts of G and the spans of its means against dense matrices of an explicit Jacobian."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from empirical.capture import capture
from empirical.data import Data
from empirical.hierarchy import SPANS, hierarchy
from tests.support.networks.zoo import WIDTHS, make
from tests.support.references.cross_class import KINDS, dense, reference, unequal
from tests.support.references.explicit_jacobian import random_data
from theory import record
from theory.checks import InputError


def projector(rows):
    rows = rows / rows.norm(dim=1, keepdim=True)
    _, s, V = torch.linalg.svd(rows, full_matrices=False)
    return V[s > 1e-10].T @ V[s > 1e-10]


@pytest.mark.parametrize("name", KINDS)
def test_spans_hold_what_their_projectors_hold(name):
    network, data = make(name), unequal(WIDTHS[name])
    J, p, G = reference(network, data)
    y, C = data.targets, 4
    g = torch.einsum("nkd,nkj->njd", J, p[:, :, None] - torch.eye(C, dtype=p.dtype))
    cross = torch.stack(
        [
            torch.einsum("nk,nkd->kd", p[y == c] / p[y == c].sum(0), g[y == c])[np.arange(C) != c]
            for c in range(C)
        ]
    )
    W = torch.stack([p[y == c].sum(0)[np.arange(C) != c] for c in range(C)])
    of_class = torch.einsum("ck,ckd->cd", W / W.sum(1, keepdim=True), cross)
    mean = torch.stack([J[y == c].mean(0) for c in range(C)])
    projectors = {
        "logit": projector((J.mean(0) - J.mean((0, 1)))[:-1]),
        "logit_class": projector((mean - mean.mean(1, keepdim=True))[:, :-1].flatten(0, 1)),
        "class": projector(of_class),
        "cross": projector(cross.flatten(0, 1)),
    }
    within = dense(J, p, y)["within"]
    values, vectors = torch.linalg.eigh(G)
    found = hierarchy(capture(network, data))
    top = min(int(found.top_eigenvalues.notnull().sum()), 9)
    V = vectors.flip(1).T[:top]
    np.testing.assert_allclose(found.top_eigenvalues[:top], values.flip(0)[:top], rtol=1e-9)
    for span in SPANS:
        own, P = found.sel(span=span), projectors[span]
        shares = torch.einsum("rd,de,re->r", V, P, V)
        np.testing.assert_allclose(own.span_share[:top], shares, atol=1e-6)
        assert float(own.span_rank) == round(float(P.trace()))
        assert float(own.span_share_random) == float(own.span_rank) / len(G)
        wanted = float((P @ within).trace() / within.trace())
        assert float(own.span_share_within) == pytest.approx(wanted, rel=1e-9)
    for outer_span, inner in (("logit_class", "logit"), ("cross", "class")):
        increment = found.span_share.sel(span=outer_span) - found.span_share.sel(span=inner)
        np.testing.assert_allclose(found.span_increment.sel(span=outer_span), increment, atol=1e-12)
        np.testing.assert_array_equal(
            found.span_increment.sel(span=inner), found.span_share.sel(span=inner)
        )
    cosines = (V @ of_class.T / of_class.norm(dim=1)).square()
    np.testing.assert_array_equal(found.nearest_class[:top], cosines.argmax(1))
    np.testing.assert_allclose(found.nearest_overlap[:top], cosines.amax(1), atol=1e-6)


def labelled(inputs, *, scale: float) -> tuple[nn.Module, Data]:
    """A linear network without biases, ``z = scale x``, and four examples of each class."""
    network = nn.Linear(4, 4, bias=False)
    with torch.no_grad():
        network.weight.copy_(scale * torch.eye(4))
    y = torch.arange(4).repeat(4)
    return network, Data(inputs[y], y, 4, "by hand")


def test_equal_gradients_of_all_examples_are_means_over_logits():
    network, data = labelled(torch.ones(4, 4), scale=0.0)
    found = hierarchy(capture(network, data))
    np.testing.assert_allclose(found.grouped_share, [1 / 9, 1], rtol=1e-12)
    np.testing.assert_allclose(found.span_share[:, :3], 1, rtol=1e-12)
    np.testing.assert_array_equal(found.span_rank, 3)
    assert found.top_eigenvalues.notnull().sum() == 3
    assert bool(found.span_share[:, 3:].isnull().all())
    assert float(found.part_trace.sel(part="within")) < 1e-15
    knocked = found.knockout_eigenvalues
    np.testing.assert_allclose(knocked.sel(knockout="logit_class_means"), 0, atol=1e-15)
    np.testing.assert_allclose(knocked.sel(knockout="noise")[:4], [1, 1, 1, 0], atol=1e-15)


def test_own_gradients_of_each_class_are_class_means_however_sure_the_network():
    for scale in (20.0, 60.0):
        network, data = labelled(torch.eye(4), scale=scale)
        found = hierarchy(capture(network, data))
        np.testing.assert_allclose(found.grouped_share, [2 / 3, 1 / 3], rtol=1e-7)
        np.testing.assert_allclose(found.span_share.sel(span="class")[:4], 1, rtol=1e-7)
        np.testing.assert_allclose(found.span_share.sel(span="cross")[:12], 1, rtol=1e-7)
        assert found.span_rank.sel(span="cross") == 12


def test_two_classes_have_one_cross_class_mean_each():
    data = random_data(21, classes=2)
    network = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 2))
    found = hierarchy(capture(network, data))
    assert float(found.part_trace.sel(part="cross")) < 1e-15
    np.testing.assert_array_equal(found.span_rank, [1, 2, 2, 2])
    np.testing.assert_array_equal(found.span_increment.sel(span="cross"), 0)
    np.testing.assert_allclose(found.grouped_share[0], 1)


def test_float32_agrees():
    network, data = make("relu"), unequal(5)
    single = hierarchy(capture(network, data, dtype=torch.float32))
    double = hierarchy(capture(network, data))
    for name in ("part_trace", "grouped_share", "span_rank"):
        np.testing.assert_allclose(single[name], double[name], rtol=1e-5)
    np.testing.assert_allclose(single.span_share[:, :5], double.span_share[:, :5], atol=1e-4)


def test_the_record_is_kept(tmp_path):
    found = hierarchy(capture(make("relu"), unequal(5)))
    record.save(
        found,
        tmp_path / "hierarchy.nc",
        made_by=record.provenance(command="test", parameters={}, seed=None),
    )
    assert record.load(tmp_path / "hierarchy.nc").drop_attrs().identical(found.drop_attrs())


def test_refusals():
    network, data = make("relu"), unequal(5)
    with pytest.raises(InputError, match="at least 1 examples in the sample, got 0 of class 2"):
        hierarchy(capture(network, data.take(np.flatnonzero(data.targets.numpy() != 2))))
    with pytest.raises(InputError, match="memory must be at least"):
        hierarchy(capture(network, data), memory=1000)
    network, data = labelled(torch.eye(4), scale=800.0)
    with pytest.raises(InputError, match="G above zero"):
        hierarchy(capture(network, data))
