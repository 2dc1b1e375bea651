"""Every settings object of the front door refuses what is no value of a field, by its name."""

import importlib
import typing
from dataclasses import fields

import pytest

from empirical.settings import DataSource, OwnTraining, Training
from simulate.settings import Sampling
from theory import InputError
from theory.records.settings import Settings

for module in (
    "figures.claims",
    "figures.gallery",
    "figures.splits",
    "simulate.perceptron",
    "simulate",
):
    importlib.import_module(f"{module}.settings")

TOO_LARGE = (1e300, 10**300, 10**19)
NO_INTEGER = (*TOO_LARGE, 2.5, True, "3", float("nan"), -1)


def known(base=Settings):
    for each in base.__subclasses__():
        yield each
        yield from known(each)


PRODUCT = ("theory", "simulate", "empirical", "figures")
FIELDS = [
    (kind, each.name, str(typing.get_type_hints(kind)[each.name]))
    for kind in sorted({*known()}, key=lambda kind: kind.__name__)
    if kind.__module__.partition(".")[0] in PRODUCT
    for each in fields(kind)
]
INTEGERS = [
    (kind, name, "tuple" in hint)
    for kind, name, hint in FIELDS
    if hint.removeprefix("tuple[").startswith(("int", "<class 'int'>"))
]
OBJECTS = [
    (kind, name)
    for kind, name, hint in FIELDS
    if "bool" in hint or ("settings" in hint and "Path" not in hint)
]


def of(kind, **given):
    needed = {OwnTraining: {"loop": "package.module:function"}, DataSource: {"name": "mine.txt"}}
    return kind(**needed.get(kind, {}) | given)


def test_the_settings_are_found():
    found = {kind.__name__ for kind, _, _ in INTEGERS}
    assert {"Training", "Recipe", "Searches", "Sampling", "Levels"} <= found
    assert len(INTEGERS) > 50


@pytest.mark.parametrize(
    ("kind", "name", "several"), INTEGERS, ids=[f"{k.__name__}.{n}" for k, n, _ in INTEGERS]
)
def test_an_integer_is_one_in_bounds(kind, name, several):
    for bad in NO_INTEGER:
        with pytest.raises(InputError, match=rf"\b{name} must be"):
            of(kind, **{name: (bad,) if several else bad})


@pytest.mark.parametrize("bad", [0, 1025, 10**9])
def test_no_more_workers_than_a_machine_may_start(bad):
    with pytest.raises(InputError, match="workers must be at"):
        Sampling(workers=bad)


@pytest.mark.parametrize("bad", [1e300, float("inf"), float("nan"), -1, "2"])
def test_epochs_are_numbers_that_a_training_can_have(bad):
    with pytest.raises(InputError, match="epochs must be"):
        Training(epochs=(bad,))


@pytest.mark.parametrize(("kind", "name"), OBJECTS, ids=[f"{k.__name__}.{n}" for k, n in OBJECTS])
def test_an_object_is_of_its_type(kind, name):
    for bad in ("mlp", 3, {}):
        with pytest.raises(InputError, match=rf"{name} must be of type \w+( or \w+)?, got"):
            of(kind, **{name: bad})
