"""The pages' links lead somewhere, on GitHub as on the site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN_BY_THE_BUILD = DOCS / "generated"
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"))
    if WRITTEN_BY_THE_BUILD not in path.parents
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_to_files(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    places = [(page.parent / link).resolve() for link in links if "://" not in link]
    missing = [each for each in places if not each.exists()]
    assert [each for each in missing if WRITTEN_BY_THE_BUILD not in each.parents] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=named)
def test_tests_that_guard_a_claim_are_there(page):
    paths = re.findall(r"`(tests/[\w/]+\.py)", page.read_text(encoding="utf-8"))
    assert [path for path in paths if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_contents_name_pages(page):
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL):
        for line in block.split("\n"):
            if not line or line.startswith(":") or "generated/" in line:
                continue
            place = page.parent / line
            assert any(place.with_name(place.name + end).exists() for end in (".md", ".py")), line


def test_every_page_is_reached():
    """Each page is in a table of contents, or one of the list of the theory."""
    reached = {DOCS / "index.md", DOCS / "theory.md"}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found = re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL)
        lines = [line for block in found for line in block.split("\n")]
        if page == DOCS / "theory.md":
            lines += re.findall(r"\]\((.*?)\.md\)", text)
        reached |= {(page.parent / f"{line}.md").resolve() for line in lines if line}
    assert {page for page in PAGES if DOCS in page.parents} - reached == set()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_line_is_taken_for_a_comment(page):
    """MyST leaves out what follows a percent sign at the start of a line."""
    assert re.findall(r"^ *%.*", page.read_text(encoding="utf-8"), re.MULTILINE) == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("theory/*.md")), ids=named)
def test_formulas_are_drawn_on_github_as_on_the_site(page):
    """As TeX, in forms that Markdown leaves alone."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    code, formulas = re.findall(r"`([^`]+)`", prose), re.findall(r"\$([^$]+)\$", prose)
    assert formulas
    assert [each for each in code if re.search(r"[α-ωΓ-Ω²³⁻√∫≤≥]|_\{|\^", each)] == []
    assert [each for each in formulas if re.search(r"\\[^A-Za-z]|[|<>*\n]", each)] == []
    between = re.sub(r"\$[^$]+\$", "\0", prose)
    assert re.findall(r".*(?:\w\0|\0\w).*", between) == []
