"""Settings of a language model: refusals."""

import pytest

from empirical.settings import Language
from theory import InputError


def test_the_smallest_run_takes_changes():
    assert Language.smallest(top=3).top == 3
    assert Language.smallest().vocabulary < Language().vocabulary == 8192


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": "digits"}, "data must be docstrings or a file .txt, got 'digits'"),
        ({"vocabulary": 7}, "vocabulary must be at least 8, got 7"),
        ({"vocabulary": 10, "top": 10}, "top must be at most 9, got 10"),
        ({"vocabulary": 10, "top": 2, "rank": 20}, "rank must be at most 9, got 20"),
        ({"held_out": 1}, "held_out must be at least 2, got 1"),
        ({"hidden": (16, 32)}, "hidden must name one width for each block"),
        ({"hidden": (18,)}, "all the same multiple of 4, got .18."),
        ({"steps": (0, 5, 5)}, r"steps must ascend, got \[0, 5, 5\]"),
        ({"device": "tpu"}, "device must be cpu, cuda or cuda:<n>, got 'tpu'"),
        ({"places": "first"}, "places must be one of all, last, got 'first'"),
        ({"true_classes": -1}, "true_classes must be at least 0, got -1"),
        ({"draws": 3}, "draws must be at least 4, got 3"),
        ({"learning_rate": 1e300}, r"learning_rate must be at most 1e\+38, got 1e\+300"),
        ({"learning_rate": 0}, "learning_rate must be greater than 0"),
    ],
)
def test_bad_input_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        Language(**changes)
