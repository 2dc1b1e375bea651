"""Random labels: how many, which, and that nothing else changes."""

import numpy as np
import pytest
import torch

from empirical.data import Data, load
from empirical.data.label_noise import randomised
from empirical.settings import DataSource
from theory import InputError

N, C = 4000, 5
DATA = Data(torch.zeros(N, 2), torch.arange(N) % C, C, "mine")


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_share_of_the_labels_changes_where_the_new_one_is_another(share):
    changed = float((randomised(DATA, share=share, seed=1).targets != DATA.targets).double().mean())
    expected = share * (1 - 1 / C)
    error = 4 * np.sqrt(share * (1 - 1 / C) / C / N)
    assert abs(changed - expected) < error
    assert abs(changed - share) > error  # as if all chosen labels became others


def test_none_changes_without_noise_and_more_noise_keeps_the_first():
    assert (randomised(DATA, share=0.0, seed=1).targets == DATA.targets).all()
    few, many = (randomised(DATA, share=share, seed=1).targets for share in (0.2, 0.6))
    wrong = few != DATA.targets
    assert (many[wrong] == few[wrong]).all()
    assert (randomised(DATA, share=0.2, seed=2).targets != few).any()


def test_only_training_labels_are_random():
    clean, noisy = load(DataSource(seed=3)), load(DataSource(seed=3, label_noise=0.5))
    assert (clean[0].inputs == noisy[0].inputs).all()
    assert (clean[0].targets != noisy[0].targets).any()
    assert (clean[1].targets == noisy[1].targets).all()


def test_a_share_is_between_0_and_1_and_none_of_it_is_the_default():
    assert DataSource(label_noise=0.0) == DataSource()
    assert "label_noise" not in DataSource().as_dict()
    with pytest.raises(InputError, match=r"label_noise must be at most 1, got 1\.5"):
        DataSource(label_noise=1.5)
    with pytest.raises(InputError, match="share must be at least 0, got -1"):
        randomised(DATA, share=-1, seed=0)
