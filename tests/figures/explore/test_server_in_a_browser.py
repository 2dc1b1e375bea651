"""The page in Chromium: what a reader moves, sees and is told. ``make test-browser``."""

from __future__ import annotations

import json
import os
import shlex
import statistics
import time

import pytest

from tests.support.program.command_line import run
from tests.support.program.in_browser import count, moved, settle, shape, text, told, until, value

pytestmark = pytest.mark.browser


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
    page.execute_script(
        "const l = document.getElementById('labels'); l.value = 'margin';"
        "l.dispatchEvent(new Event('change'))"
    )
    settle(page)
    between = shape(page, "shares")
    assert between != before
    moved(page, "margin", 600)
    assert shape(page, "shares") != between


def test_every_preset_is_drawn_without_a_problem(page):
    count = page.execute_script("return document.getElementById('preset').options.length")
    for i in range(1, count):
        page.execute_script(
            "const p = document.getElementById('preset'); p.selectedIndex = arguments[0];"
            "p.dispatchEvent(new Event('change'))",
            i,
        )
        settle(page)
        assert page.execute_script("return document.getElementById('problem').hidden"), i
    said = [entry["message"] for entry in page.get_log("browser")]
    assert [each for each in said if "status of 400" not in each] == []  # a panel's refusal


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
    ActionChains(page).move_to_element_with_offset(box, -100, 40).click_and_hold().move_by_offset(
        80, -60
    ).move_by_offset(80, -20).release().perform()
    settle(page)
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
