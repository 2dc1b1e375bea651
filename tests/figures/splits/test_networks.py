"""The networks of the study, its settings and its splits."""

import numpy as np
import pytest

from figures.splits import networks
from figures.splits.settings import Levels
from theory import InputError, stream


@pytest.mark.slow
def test_every_network_has_its_data_and_enough_examples(tmp_path):
    from empirical.data import load
    from empirical.measure import require_enough
    from empirical.networks import named

    for name in networks.NAMES:
        if name == "mnist":
            continue  # of a package that need not be installed
        for fast in (True, False):
            own = networks.trained(name, fast=fast, seed=0, folder=tmp_path)
            data, _ = load(own.data)
            require_enough(data, own.measurement)
        network, training = own.trained
        named(network, data, seed=training.seed)


def test_splits_are_other_choices_of_examples_and_nothing_else(tmp_path):
    whole = networks.trained("wine", fast=True, seed=3, folder=tmp_path)
    first, second = (
        networks.split(whole, number=i, checkpoints=("epoch-0000.pt",)) for i in (0, 1)
    )
    assert first.measurement == whole.measurement
    assert second.measurement.seed == 4
    assert second.data == first.data
    orders = [stream(each.measurement.seed, "examples").permutation(50) for each in (first, second)]
    assert not np.array_equal(orders[0], orders[1])


def test_what_the_settings_refuse():
    assert Levels(networks=("wine", "relu", "wine")).networks == ("relu", "wine")
    with pytest.raises(InputError, match="networks"):
        Levels(networks=("vgg",))
    with pytest.raises(InputError, match="networks must name at least one"):
        Levels(networks=())
    with pytest.raises(InputError, match="splits must be"):
        Levels(splits=1)
