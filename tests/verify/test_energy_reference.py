"""The table that the random energy model is tested against, computed again."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "theory"))

from energy_reference import POINTS, TABLE, row


@pytest.mark.parametrize("number", range(len(POINTS)))
def test_the_table_is_what_its_script_writes(number):
    assert json.loads(TABLE.read_text(encoding="utf-8"))[number] == row(*POINTS[number])
