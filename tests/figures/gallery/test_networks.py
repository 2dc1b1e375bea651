"""Networks that figures share: measured once, or the user's own record."""

from dataclasses import replace

import numpy as np
import pytest

from figures.gallery.networks import MODELLED, NAMES
from theory import InputError


def test_a_network_is_measured_once(networks):
    first = networks.measured()
    (path,) = networks.folder.glob("*/" + "-".join(MODELLED) + "/measured.nc")
    written = path.stat().st_mtime_ns
    again = networks.measured()
    assert path.stat().st_mtime_ns == written
    np.testing.assert_array_equal(first.eigenvalues, again.eigenvalues)


def test_groups_measured_apart_are_of_one_network(networks):
    logits = networks.measured(observe=("logits",))
    np.testing.assert_array_equal(logits.p, networks.measured().p)
    ends = networks.measured(observe=("logits",), at=(0, -1))
    np.testing.assert_array_equal(ends.p, logits.p.isel(epoch=[0, -1]))
    points = networks.checkpoints()
    assert [point.epoch for point in points] == logits.epoch.values.tolist()


def test_there_are_the_networks_that_are_named(networks):
    assert [networks.experiment(name).network.name for name in NAMES] == ["mlp", "mlp", "cnn"]
    assert "tanh" in networks.describe("tanh")
    assert "CNN" in networks.describe("cnn")
    with pytest.raises(InputError, match="network must be one of relu, tanh, cnn"):
        networks.experiment("other")


def test_a_record_stands_for_all_of_them(networks):
    own = networks.measured(observe=("logits",))
    given = replace(networks, record=own)
    assert given.measured("cnn", observe=("logits",)) is own
    assert given.measured(observe=("logits",), at=(-1,)).epoch.values == own.epoch.values[-1:]
    assert given.provenance()["record"]["command"] == "fort-ganguli measure"
    assert given.describe() == "the network of the record"
    with pytest.raises(InputError, match="this figure needs spectrum: measure with --observe"):
        given.measured(observe=("logits", "spectrum"))
    with pytest.raises(InputError, match="needs the network itself, got a record"):
        given.checkpoints()
