"""What the figures are asked for."""

import pytest

from figures.gallery.settings import Gallery
from theory import InputError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": "nothing"}, "data must be one of digits"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"workers": 0}, "workers must be at least 1, got 0"),
    ],
)
def test_settings_are_checked(changes, message):
    with pytest.raises(InputError, match=message):
        Gallery(**changes)


def test_workers_change_no_number():
    assert Gallery(workers=2) == Gallery()
    assert "workers" not in Gallery(workers=2).as_dict()
