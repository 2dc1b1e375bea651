"""docs/architecture.md against the source: arrows, rooms, shared names."""

import ast
import importlib
import re
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PICTURE = PAGE.partition("```mermaid\n")[2].partition("```")[0]
PACKAGES = ("theory", "simulate", "empirical", "figures")
ROOMS = {
    f"{package}.{init.parent.name}": importlib.import_module(f"{package}.{init.parent.name}")
    for package in PACKAGES
    for init in (ROOT / package).glob("*/__init__.py")
}


def arrows() -> set[tuple[str, str]]:
    """Which package imports which, anywhere in its files."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                found |= {(package, name.partition(".")[0]) for name in names}
    return {(a, b) for a, b in found if b in PACKAGES and a != b}


def table(heading: str) -> list[list[str]]:
    """The cells of the rows of the first table below a heading."""
    lines = PAGE.partition(heading)[2].split("\n")
    rows = [line for line in lines if line.startswith("|")]
    first = lines.index(rows[0])
    taken = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        taken.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return taken


def test_the_arrows_drawn_are_those_of_the_imports():
    drawn = set(re.findall(r"^  (\w+) --> (\w+)$", PICTURE, re.MULTILINE))
    assert drawn == arrows()


def test_the_rooms_drawn_are_those_of_the_tree():
    assert sorted(re.findall(r"\b\w+\.\w+\b", PICTURE)) == sorted(ROOMS)
    for package, drawn in re.findall(r"subgraph (\w+)\[.*?\n(.*?)  end", PICTURE, re.DOTALL):
        assert {name.partition(".")[0] for name in re.findall(r"\w+\.\w+", drawn)} == {package}


def test_the_table_of_rooms_says_what_they_say():
    told = {name.strip("`"): meaning for name, meaning in table("## Rooms")}
    assert told == {name: str(room.__doc__).partition("\n")[0] for name, room in ROOMS.items()}


def test_names_that_packages_share_are_explained():
    public = {name: {*importlib.import_module(name).__all__} for name in PACKAGES}
    shared = {name for a, b in combinations(PACKAGES, 2) for name in public[a] & public[b]}
    told = {name.strip("`"): where for name, where, _ in table("A name that two packages have")}
    assert told == {
        name: ", ".join(package for package in PACKAGES if name in public[package])
        for name in shared
    }
