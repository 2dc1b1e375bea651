"""What tests of the explorer do with its page in a browser."""

from __future__ import annotations

import time

PATIENCE = 120  # seconds


def settle(page) -> None:
    """Wait until the page has answered its latest state."""
    script = (
        "const b = document.body.dataset, s = document.getElementById('spectrum').dataset;"
        "return b.settled !== undefined && b.settled === s.exact"
    )
    end = time.monotonic() + PATIENCE
    while not page.execute_script(script):
        assert time.monotonic() < end, page.get_log("browser")
        time.sleep(0.05)


def moved(page, name: str, place: int) -> None:
    """Move a slider and wait for all that follows."""
    page.execute_script(
        "const s = document.getElementById('slide-' + arguments[0]); s.value = arguments[1];"
        "s.dispatchEvent(new Event('input', {bubbles: true}))",
        name,
        place,
    )
    settle(page)


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
