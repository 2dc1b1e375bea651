"""The page without a server as a reader of the site meets it. ``make test-browser``."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from urllib.parse import urlsplit

import pytest

from figures.explore.server import PAGE
from tests.support.program.command_line import run
from tests.support.program.in_browser import count, shape
from theory import Params
from theory.averaged.model import Averaged

pytestmark = pytest.mark.browser
ERROR = 0.01  # that the page states, for σ_z up to 1


@pytest.fixture(scope="module")
def host():
    """Of the folder as any static host has it."""
    serve = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(PAGE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def static(chromium, host):
    chromium.get_log("performance")
    chromium.get_log("browser")
    chromium.get(f"{host}/static.html")
    return chromium


def told(page) -> dict:
    return page.execute_script("return {...document.getElementById('told').dataset}")


def slide(page, name: str, place: int) -> float:
    """What a slider says after it has been moved."""
    return float(
        page.execute_script(
            "const s = document.getElementById('slide-' + arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('input')); return s.nextElementSibling.value",
            name,
            place,
        )
    )


def test_sliders_move_the_picture_to_what_the_program_says(static):
    params = {"N": 300, "C": 10, "D": 1000, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
    for name, place in (("sigma_E", 300), ("sigma_z", 150), ("C", 200)):
        before = shape(static, "spectrum")
        at = slide(static, name, place)
        params[name] = int(at) if name == "C" else at
        model = Averaged(Params(**params))
        assert shape(static, "spectrum") != before
        assert float(told(static)["edge"]) == pytest.approx(model.upper_edge, rel=ERROR)
        assert float(told(static)["outlier"]) == pytest.approx(model.roots[0].position, rel=ERROR)


def test_the_command_shown_is_of_these_parameters(static):
    slide(static, "sigma_E", 300)
    shown = static.execute_script("return document.getElementById('command').textContent")
    numbers = json.loads(run(*shown.split()[1:], "--json").stdout)
    assert float(told(static)["edge"]) == pytest.approx(numbers["bulk_edges"][1], rel=ERROR)


def test_drowned_means_are_told(static):
    slide(static, "sigma_c", 0)
    slide(static, "sigma_E", 500)
    assert told(static)["outlier"] == ""
    assert "No outliers" in static.execute_script(
        "return document.getElementById('told').textContent"
    )


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(static, width):
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    static.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert static.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert count(static, "#spectrum svg path") > 0
    static.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_asks_for_nothing_elsewhere_and_has_no_errors(static, host):
    slide(static, "sigma_z", 100)
    events = [json.loads(each["message"])["message"] for each in static.get_log("performance")]
    asked = [
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    ]
    own = urlsplit(host).netloc
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} <= {own}
    assert any(url.endswith("closed.js") for url in asked)
    assert static.get_log("browser") == []
