"""The page in Chromium: what a reader moves, sees and is told. ``make test-browser``."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.command_line import run

pytestmark = pytest.mark.browser
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE = 120  # seconds
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture(scope="module")
def address(measured):
    """Of a server in a process of its own."""
    command = [sys.executable, "-m", "figures", "explore", str(measured), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(scope="module")
def chromium():
    selenium = pytest.importorskip("selenium", reason="selenium is not installed")
    if not (CHROMIUM and DRIVER):
        pytest.skip("there is no chromium with its chromedriver")
    from selenium import webdriver  # pyright: ignore[reportMissingImports]
    from selenium.webdriver.chrome.service import Service  # pyright: ignore[reportMissingImports]

    assert selenium
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "window-size=1280,900"):
        options.add_argument(f"--{switch}")
    options.add_argument("--disable-background-networking")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(PATIENCE)
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium, address):
    chromium.get("about:blank")
    chromium.get_log("browser")
    chromium.get(address)
    settle(chromium)
    return chromium


def settle(page, condition: str = "true") -> None:
    """Wait until the page has answered its latest state."""
    script = (
        "const b = document.body.dataset, s = document.getElementById('spectrum').dataset;"
        f"return b.settled !== undefined && b.settled === s.exact && ({condition})"
    )
    end = time.monotonic() + PATIENCE
    while not page.execute_script(script):
        assert time.monotonic() < end, page.get_log("browser")
        time.sleep(0.05)


def moved(page, name: str, place: int) -> None:
    """Move a slider and wait for all that follows."""
    before = page.execute_script("return document.body.dataset.settled")
    page.execute_script(
        "const s = document.getElementById('slide-' + arguments[0]); s.value = arguments[1];"
        "s.dispatchEvent(new Event('input', {bubbles: true}))",
        name,
        place,
    )
    settle(page, f"b.settled !== '{before}'")


def typed(page, field: str, text: str) -> None:
    page.execute_script(
        "const f = document.getElementById(arguments[0]); f.value = arguments[1];"
        "f.dispatchEvent(new Event('input', {bubbles: true}))",
        field,
        text,
    )


def text(page, name: str) -> str:
    return page.execute_script("return document.getElementById(arguments[0]).textContent", name)


def count(page, selector: str) -> int:
    return page.execute_script("return document.querySelectorAll(arguments[0]).length", selector)


def until(page, script: str):
    end = time.monotonic() + PATIENCE
    while not (found := page.execute_script(f"return {script}")):
        assert time.monotonic() < end, script
        time.sleep(0.05)
    return found


def shape(page, panel: str) -> str:
    return page.execute_script(
        "return document.querySelector(`#${arguments[0]} .plot svg`)"
        ".innerHTML.replace(/clip-\\d+/g, '')",
        panel,
    )


def told(page) -> dict[str, str]:
    every = "[...document.querySelectorAll('#numbers dd')]"
    script = f"return {every}.map(d => [d.dataset.name, d.textContent])"
    return dict(page.execute_script(script))


def value(text: str) -> float:
    """A number as the page writes it."""
    text = text.replace("−", "-")
    mantissa, _, power = text.partition("·10")
    plain = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(mantissa) * 10.0 ** int(plain or 0)


def predicted(command: str) -> dict:
    return json.loads(run(*shlex.split(command)[1:], "--json").stdout)


def test_numbers_are_those_of_predict_to_the_digits_shown(page):
    moved(page, "sigma_z", 620)
    page.execute_script("document.getElementById('copy-command').click()")
    command = until(page, "document.getElementById('copied').dataset.text")
    expected, shown = predicted(command), told(page)
    for name in ("lambda_max", "trace", "frobenius", "participation"):
        assert value(shown[name]) == pytest.approx(expected[name], rel=5.001e-4), name
        assert len(shown[name].replace("0.", "").replace(".", "").lstrip("0")) >= 4
    outliers = [value(text) for text in shown["outliers"].split(", ")]
    assert outliers == pytest.approx(expected["outliers"], rel=5.001e-4)
    edges = [value(text) for text in shown["bulk_edges"].split(" to ")]
    assert edges == pytest.approx(expected["bulk_edges"], rel=5.001e-4)
    assert value(shown["gradient_share"].split(" ± ")[0]) == pytest.approx(
        expected["gradient_power"], rel=5.001e-4
    )


@pytest.mark.parametrize(
    "name",
    ["N", "C", "D", "sigma_z", "sigma_c", "sigma_E", "sigma_y", "T_exponent", "rho", "sigma_H"],
)
def test_each_slider_moves_the_spectrum(page, name):
    before, numbers = shape(page, "spectrum"), told(page)
    moved(page, name, {"C": 150, "D": 400, "sigma_y": 80, "T_exponent": 300}.get(name, 480))
    assert shape(page, "spectrum") != before
    assert told(page) != numbers
    assert page.execute_script("return document.getElementById('problem').hidden")


@pytest.mark.parametrize(
    ("panel", "name", "place"),
    [
        ("phase", "sigma_E", 700),
        ("phase", "N", 500),
        ("energies", "C", 100),
        ("zone", "sigma_H", 200),
    ],
)
def test_each_panel_follows(page, panel, name, place):
    before = shape(page, panel)
    moved(page, name, place)
    assert shape(page, panel) != before


def test_labels_and_margin_move_the_gradients_share(page):
    before = shape(page, "shares")
    settled = page.execute_script("return document.body.dataset.settled")
    page.execute_script(
        "const l = document.getElementById('labels'); l.value = 'margin';"
        "l.dispatchEvent(new Event('change'))"
    )
    settle(page, f"b.settled !== '{settled}'")
    between = shape(page, "shares")
    assert between != before
    moved(page, "margin", 600)
    assert shape(page, "shares") != between


def test_every_preset_is_drawn_without_a_problem(page):
    count = page.execute_script("return document.getElementById('preset').options.length")
    for i in range(1, count):
        before = page.execute_script("return document.body.dataset.settled")
        page.execute_script(
            "const p = document.getElementById('preset'); p.selectedIndex = arguments[0];"
            "p.dispatchEvent(new Event('change'))",
            i,
        )
        settle(page, f"b.settled !== '{before}'")
        assert page.execute_script("return document.getElementById('problem').hidden"), i
    said = [entry["message"] for entry in page.get_log("browser")]
    assert [each for each in said if "status of 400" not in each] == []  # a panel's refusal


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


def test_samples_arrive_one_by_one_and_lie_on_the_prediction(page):
    page.execute_script(
        "document.getElementById('count').value = 6; document.getElementById('draw').click()"
    )
    counts = set()
    while "mean" not in (said := text(page, "drawing")):
        counts.add(said)
        time.sleep(0.02)
    assert len(counts) > 2
    mean = value(said.split("mean λmax ")[1].split(",")[0])
    assert mean == pytest.approx(value(told(page)["lambda_max"]), rel=0.1)
    assert count(page, "#spectrum .drawn") > 1
    moved(page, "sigma_z", 480)  # other parameters, other draws
    assert count(page, "#spectrum .drawn") == 0


def test_a_schedule_is_drawn_with_the_pointer(page):
    from selenium.webdriver.common.action_chains import ActionChains  # pyright: ignore[reportMissingImports]

    box = page.find_element("id", "schedule")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
    before = page.execute_script(
        "return document.querySelector('#sharpness svg .largest').getAttribute('d')"
    )
    settled = page.execute_script("return document.body.dataset.settled")
    ActionChains(page).move_to_element_with_offset(box, -100, 40).click_and_hold().move_by_offset(
        80, -60
    ).move_by_offset(80, -20).release().perform()
    settle(page, f"b.settled !== '{settled}'")
    after = page.execute_script(
        "return document.querySelector('#sharpness svg .largest').getAttribute('d')"
    )
    assert after != before
    assert "zs=" in page.current_url


def test_the_record_lies_over_the_model_at_each_epoch_and_level(page):
    until(page, "document.querySelectorAll('#spectrum .measured').length > 0")
    seen = set()
    for epoch in (0, 1):
        for level in ("FG", "cluster", "weighted", "anisotropic"):
            page.execute_script(
                "const e = document.getElementById('epoch');"
                "const l = document.getElementById('record-level');"
                "l.value = arguments[1]; l.dispatchEvent(new Event('change'));"
                "e.value = arguments[0]; e.dispatchEvent(new Event('input'))",
                epoch,
                level,
            )
            until(
                page,
                f"document.querySelector('#spectrum .legend').textContent.includes('{level}')",
            )
            until(page, f"location.search.includes('epoch={epoch}')")
            seen.add(
                (
                    epoch,
                    page.execute_script(
                        "return document.querySelector('#spectrum path.level').getAttribute('d')"
                    ),
                )
            )
    assert len(seen) == 8
    page.execute_script("document.getElementById('overlay').click()")
    assert count(page, "#spectrum .measured") == 0
    page.execute_script("document.getElementById('adopt').click()")
    until(page, "document.getElementById('value-N').value === '40'")


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


def test_the_time_from_slider_to_picture(page):
    """Printed, not asserted: it is the machine's as much as ours."""
    move = """
        const [name, at, done] = arguments, slider = document.getElementById('slide-' + name);
        const box = document.getElementById('spectrum');
        const was = box.dataset.drawn, t = performance.now();
        slider.value = at; slider.dispatchEvent(new Event('input', {bubbles: true}));
        (function look() {
          if (box.dataset.drawn !== was) done(performance.now() - t);
          else requestAnimationFrame(look);
        })();"""
    for name in ("sigma_z", "sigma_E"):
        took = [page.execute_async_script(move, name, 350 + 3 * i) for i in range(100)]
        load = os.getloadavg()[0]
        print(
            f"\n{name}: median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms "
            f"of 100 moves; load {load:.1f} on {os.cpu_count()} cores"
        )


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
