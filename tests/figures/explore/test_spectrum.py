"""What the page draws against ``predict``, and the lines that it offers against what they make."""

import contextlib
import io
import json
import shlex
from dataclasses import replace

import numpy as np
import pytest

from figures.explore.question import PREVIEW, Question
from figures.explore.spectrum import spectrum
from tests.support.program.command_line import run
from theory import Params

PAPER = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
SMALL = replace(PAPER, N=60, C=3, D=200)


@pytest.mark.parametrize(
    ("changed", "seed"),
    [({}, None), ({}, 3), ({"sigma_y": 0.4, "rho": -0.2}, None), ({"sigma_H": 0.1}, None)],
    ids=["FG", "given", "cluster", "curvature"],
)
def test_command_and_python_make_the_numbers_of_the_page(changed, seed):
    told = spectrum(Question(replace(SMALL, **changed), seed=seed))
    done = run(*shlex.split(told["command"])[1:], "--json")
    printed = json.loads(done.stdout)
    del printed["provenance"]
    assert printed == told["numbers"]
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(told["python"], names)
    assert names["predicted"].lambda_max == told["numbers"]["lambda_max"]
    assert names["predicted"].outliers.values.tolist() == told["numbers"]["outliers"]


@pytest.mark.parametrize("sigma_H", [0.0, 0.1])
def test_the_outline_holds_as_many_eigenvalues_as_the_bulk(sigma_H):
    params = replace(SMALL, sigma_H=sigma_H)
    bulk = spectrum(Question(params))["bulk"]
    assert bulk["log"] == (sigma_H == 0)
    x = np.log(bulk["x"]) if bulk["log"] else np.array(bulk["x"])
    count = params.D if sigma_H else min(params.D, params.N * (params.C - 1))
    assert np.trapezoid(bulk["height"], x) == pytest.approx(count, rel=0.01)
    (low, high), largest = bulk["edges"][0], bulk["largest"]
    assert low < bulk["x"][200] < high
    if largest:
        assert largest[0] < largest[1] < largest[2]
        assert largest[1] == pytest.approx(high, rel=0.1)


def test_a_preview_is_near_and_says_what_it_leaves_out():
    exact = spectrum(Question(PAPER))
    quick = spectrum(Question(PAPER, entries=PREVIEW))
    assert quick["numbers"] != exact["numbers"]
    for name in ("outliers", "bulk_edges", "gradient_power", "trace"):
        assert quick["numbers"][name] == pytest.approx(exact["numbers"][name], rel=0.02)
    assert quick["bulk"]["largest"] is None
    assert np.max(quick["bulk"]["height"]) == pytest.approx(
        np.max(exact["bulk"]["height"]), rel=0.02
    )


def test_without_noise_there_is_no_bulk_and_of_a_power_law_only_its_edges():
    assert spectrum(Question(replace(SMALL, sigma_E=0.0)))["bulk"] is None
    edges = spectrum(Question(replace(SMALL, T_exponent=0.3)))["bulk"]
    assert edges["height"] == []
    assert "edges alone" in edges["why"]
