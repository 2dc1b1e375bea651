"""What a report is asked for."""

from __future__ import annotations

import pytest

from figures.claims.settings import Report
from theory import InputError


def test_networks_and_data_are_in_the_order_of_the_gallery_each_once():
    asked = Report(data=("mnist5k", "digits"), networks=("cnn", "relu", "cnn"))
    assert asked.data == ("digits", "mnist5k")
    assert asked.networks == ("relu", "cnn")
    assert asked.gallery("mnist5k").data == "mnist5k"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"data": ("other",)}, "data must be one of digits, mnist5k"),
        ({"networks": ()}, "networks must name at least one of relu, tanh, cnn, got none"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_is_out_of_bounds_is_refused(changed, message):
    with pytest.raises(InputError, match=message):
        Report(**changed)
