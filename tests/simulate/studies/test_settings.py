"""Which settings make a model, each once."""

import pytest

from simulate.studies import settings
from theory import InputError

GIVEN = {"N": 300, "C": 10, "sigma_z": 1.0, "sigma_c": 2.0}


def test_ratios_stand_for_a_length_and_a_dimension():
    made = settings.model(GIVEN | {"noise_ratio": 0.7, "aspect_ratio": 2.7})
    plain = settings.model(GIVEN | {"sigma_E": 1.4, "D": 1000})
    assert made == plain


def test_a_dimension_is_at_least_one():
    assert settings.model(GIVEN | {"sigma_E": 1.0, "aspect_ratio": 1e9}).D == 1


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((*GIVEN, "D", "aspect_ratio", "sigma_E"), "D is set twice, by D and aspect_ratio"),
        ((*GIVEN, "D", "sigma_E", "noise_ratio"), "sigma_E is set twice, by sigma_E and noise_r"),
        ((*GIVEN, "D"), "sigma_E or noise_ratio must be set"),
        ((*GIVEN, "sigma_E"), "D or aspect_ratio must be set"),
        ((*GIVEN, "D", "sigma_E", "width"), "parameter must be one of"),
    ],
)
def test_each_parameter_is_set_once(names, message):
    with pytest.raises(InputError, match=message):
        settings.check_names(names)


def test_optional_parameters_may_be_left_out():
    settings.check_names([*GIVEN, "D", "sigma_E"])
    settings.check_names([*GIVEN, "D", "sigma_E", "labels", "margin"])


def test_whole_numbers_may_be_written_as_powers():
    assert settings.value("D", 1e9) == 10**9
    assert isinstance(settings.value("D", 1e9), int)
    assert settings.value("labels", "balanced") == "balanced"
    with pytest.raises(InputError, match=r"D must be an integer, got 1\.5"):
        settings.value("D", 1.5)
    with pytest.raises(InputError, match="noise_ratio must be greater than 0"):
        settings.value("noise_ratio", 0)
