"""Text of a query against the parameters that it becomes."""

import pytest

from figures.explore import question
from theory import InputError, Params
from theory.averaged.laws.logit_law import ENTRIES

ASKED = {"N": "300", "C": "10", "D": "1e3", "sigma_z": "1", "sigma_c": "1", "sigma_E": "0.7"}


def test_a_query_is_the_parameters_of_its_names():
    found = question.read(ASKED | {"rho": "0.2", "labels": "balanced", "degree": "3"})
    expected = Params(
        N=300, C=10, D=1000, sigma_z=1, sigma_c=1, sigma_E=0.7, rho=0.2, labels="balanced"
    )
    assert found == question.Question(expected, seed=None, entries=ENTRIES)


def test_a_seed_and_a_preview_are_read():
    found = question.read(ASKED | {"seed": "7", "preview": "1"})
    assert (found.seed, found.entries) == (7, question.PREVIEW)
    assert question.read(ASKED | {"seed": "", "preview": ""}).seed is None


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("N", "many", "N must be an integer, got 'many'"),
        ("N", "1e400", "N must be an integer, got '1e400'"),
        ("C", "2.5", "C must be an integer, got '2.5'"),
        ("C", "1", "C must be at least 2, got 1"),
        ("sigma_z", "", "sigma_z must be a number, got ''"),
        ("sigma_z", "nan", "sigma_z must be"),
        ("sigma_E", "-1", "sigma_E must be at least 0, got -1"),
        ("labels", "mine", "labels must be"),
        ("seed", "x", "seed must be an integer, got 'x'"),
    ],
)
def test_what_is_wrong_is_named(name, text, told):
    with pytest.raises(InputError, match="^" + told):
        question.read(ASKED | {name: text})


def test_what_is_missing_is_named():
    with pytest.raises(InputError, match=r"^D must be given"):
        question.read({name: text for name, text in ASKED.items() if name != "D"})
    with pytest.raises(InputError, match=r"^zs must be given"):
        question.numbers({}, "zs")
    assert question.numbers({"zs": "1,2e-1"}, "zs") == [1, 0.2]
