"""Products and sums of logit gradients against their rows, which are given here as they are."""

import pytest
import torch

from empirical.jacobian.factors import Rows
from empirical.jacobian.gradients import LogitGradients
from theory.checks import InputError

N, K = 7, 3


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


J = drawn(N, K, 11)
GRADIENTS = LogitGradients((Rows(("first",), J[..., :4]), Rows(("second",), J[..., 4:])))


def test_sizes():
    assert (GRADIENTS.N, GRADIENTS.K, GRADIENTS.D) == (N, K, 11)
    assert GRADIENTS.names == ("first", "second")
    assert GRADIENTS.bytes == J.numel() * 8


def test_inner_products():
    flat = J.flatten(0, 1)
    torch.testing.assert_close(GRADIENTS.gram().tril(), (flat @ flat.T).tril())
    torch.testing.assert_close(GRADIENTS.blocks(), J @ J.mT)
    torch.testing.assert_close(GRADIENTS.squared_lengths(), J.square().sum(2))
    other = GRADIENTS.take(slice(2, 5))
    expected = torch.einsum("nki,mli->nkml", J, J[2:5])
    torch.testing.assert_close(GRADIENTS.cross_gram(other), expected)


def test_mixing_scaling_and_selecting():
    S, w, k = drawn(N, K, 2, seed=1), drawn(N, K, seed=2), torch.arange(N) % K
    mixed = S.mT @ J
    flat = mixed.flatten(0, 1)
    torch.testing.assert_close(GRADIENTS.mixed(S).blocks(), mixed @ mixed.mT)
    torch.testing.assert_close(GRADIENTS.gram(S).tril(), (flat @ flat.T).tril())
    torch.testing.assert_close(GRADIENTS.second_moment(S), flat.T @ flat)
    scaled = J * w[..., None]
    torch.testing.assert_close(GRADIENTS.scaled(w).squared_lengths(), scaled.square().sum(2))
    chosen = J[torch.arange(N), k][:, None]
    torch.testing.assert_close(GRADIENTS.selected(k).blocks(), chosen @ chosen.mT)


def test_sums_and_projections():
    groups, w = torch.tensor([0, 1, 0, 3, 1, 0, 3]), drawn(N, K, seed=3)
    expected = torch.stack([(J * w[..., None])[groups == g].sum(0) for g in range(4)])
    torch.testing.assert_close(GRADIENTS.sums(groups, 4, w), expected)
    assert not expected[2].any()
    torch.testing.assert_close(GRADIENTS.combined(w), torch.einsum("nk,nki->i", w, J))
    vectors = drawn(5, 11, seed=4)
    torch.testing.assert_close(GRADIENTS.project(vectors), J @ vectors.T)


def test_a_part_is_one_of_the_layers():
    part = GRADIENTS.part(["second"])
    assert part.D == 7
    torch.testing.assert_close(part.blocks(), J[..., 4:] @ J[..., 4:].mT)
    for names in ([], ["third"]):
        with pytest.raises(InputError, match="names must be among"):
            GRADIENTS.part(names)
