"""The table that the random energy model is tested against, computed again."""

import json

import pytest

from tests.support.references.energies_at_thirty_digits import POINTS, TABLE, row


@pytest.mark.parametrize("number", range(len(POINTS)))
def test_the_table_is_what_its_script_writes(number):
    assert json.loads(TABLE.read_text(encoding="utf-8"))[number] == row(*POINTS[number])
