"""What a study of boundaries is asked for."""

import json

import pytest

from empirical.settings import Boundary, Recipe
from theory import InputError


def test_settings_are_their_own_provenance():
    for settings in (Boundary(), Boundary.smallest(hidden=(3,))):
        kept = json.loads(json.dumps(settings.as_dict()))
        assert Boundary(**kept | {"recipe": Recipe(**kept["recipe"])}) == settings


def test_networks_are_all_places():
    settings = Boundary.smallest(sets=("moons", "islands"), replicates=3)
    assert len({*settings.networks}) == len(settings.networks) == 2 * 2 * 3
    assert [place[2] for place in settings.networks[:4]] == [0] * 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sets": ("moon",)}, "sets must be one of moons, circles, .*did you mean 'moons'"),
        ({"sets": ()}, "sets must have values, and each once"),
        ({"initialisations": ("normal", "normal")}, "initialisations must have values, and each"),
        ({"hidden": ()}, "hidden must name at least one width, got none"),
        ({"examples": 99}, "examples must be at least 100, got 99"),
        ({"replicates": 1}, "replicates must be at least 2, got 1"),
        ({"nodes": 19}, "nodes must be at least 20, got 19"),
        ({"starts": 0}, "starts must be at least 1, got 0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_bad_input_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        Boundary(**change)
