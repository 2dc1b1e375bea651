"""The page in Chromium: what it refuses, tells, and keeps apart. ``make test-browser``."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.program.in_browser import moved, settle, shape, text, told, typed, until

pytestmark = pytest.mark.browser
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


def test_a_link_brings_everything_back(page, address):
    moved(page, "sigma_E", 620)
    page.execute_script("document.getElementById('copy-link').click()")
    link = until(page, "document.getElementById('copied').dataset.text")
    asked = parse_qs(urlsplit(link).query)
    assert link.startswith(address)
    shown, drawn = told(page), shape(page, "spectrum")
    page.get(link)
    settle(page)
    assert (told(page), shape(page, "spectrum")) == (shown, drawn)
    assert asked["sigma_E"] == [
        page.execute_script("return document.getElementById('value-sigma_E').value")
    ]


def test_two_tabs_do_not_disturb_each_other(page, address):
    first = page.current_window_handle
    page.switch_to.new_window("tab")
    page.get(address)
    settle(page)
    standard = told(page)
    page.switch_to.window(first)
    moved(page, "sigma_c", 700)
    changed = told(page)
    page.switch_to.window(next(h for h in page.window_handles if h != first))
    assert told(page) == standard != changed
    moved(page, "sigma_z", 480)
    page.close()
    page.switch_to.window(first)
    assert told(page) == changed


@pytest.mark.parametrize(
    ("field", "value_typed", "message"),
    [
        ("value-C", "1", "C must be at least 2, got 1"),
        ("value-sigma_z", "much", "sigma_z must be a number, got 'much'"),
        ("value-sigma_E", "-3", "sigma_E must be at least 0, got -3"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_mended(page, field, value_typed, message):
    was = page.execute_script("return document.getElementById(arguments[0]).value", field)
    typed(page, field, value_typed)
    until(page, "!document.getElementById('problem').hidden")
    assert text(page, "problem") == message
    invalid = page.execute_script(
        "return [...document.querySelectorAll('[aria-invalid=true]')].map(f => f.id)"
    )
    assert invalid == [field]
    before = told(page)
    typed(page, field, was)
    until(page, "document.getElementById('problem').hidden")
    settle(page)
    assert told(page) == before


def test_no_request_leaves_the_machine(page, address):
    page.execute_script("document.getElementById('draw').click()")
    moved(page, "sigma_z", 480)
    own, asked = urlsplit(address).netloc, []
    for entry in page.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    asked = [
        url for url in asked if urlsplit(url).scheme not in ("data", "blob", "about", "chrome")
    ]
    assert len(asked) > 10
    assert {urlsplit(url).netloc for url in asked} == {own}


def test_another_site_cannot_read_the_page(chromium, address):
    chromium.get("data:text/html,<p>another site")
    read = (
        "fetch(arguments[0]).then(r => r.text()).then(arguments[1], e => arguments[1]('refused'))"
    )
    assert chromium.execute_async_script(read, f"{address}about") == "refused"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(page, width):
    wide, high = WIDTHS[width]
    size = {"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": wide < 600}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    time.sleep(0.5)
    scrolled = page.execute_script("return document.documentElement.scrollWidth")
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert scrolled <= wide


def test_a_server_that_ended_is_told_and_one_that_returns_too(chromium):
    command = [sys.executable, "-m", "figures", "explore", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        here = process.stdout.readline().strip()
        chromium.get(here)
        settle(chromium)
        process.kill()
    until(chromium, "!document.getElementById('gone').hidden")
    assert "has ended" in text(chromium, "gone")
    port = str(urlsplit(here).port)
    with subprocess.Popen([*command, "--port", port], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        until(chromium, "document.getElementById('gone').hidden")
        process.terminate()
