"""The arrows between the packages, read from the import statements, and torch kept out."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("theory", "simulate", "empirical", "figures")
MAY_IMPORT = {
    "theory": {"theory"},
    "simulate": {"simulate", "theory"},
    "empirical": {"empirical", "theory"},
    "figures": set(PACKAGES),
}
# inside their functions, never on import
LAZILY_TORCH = {"simulate/on_device.py", "simulate/spectral_on_device.py"}
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imported(tree: ast.AST) -> set[str]:
    """Top-level packages that the statements below a node import."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("relative" if node.level else (node.module or "").partition(".")[0])
    return names


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_the_walk_sees_imports_at_every_depth():
    source = "import a.b\nfrom c import d\ndef f():\n    import torch\n"
    assert imported(ast.parse(source)) == {"a", "c", "torch"}


def test_every_package_is_found():
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(PACKAGES)


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_imports_follow_the_arrows(path):
    package = path.relative_to(ROOT).parts[0]
    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    assert "relative" not in names
    assert names & (set(PACKAGES) | {"tests"}) <= MAY_IMPORT[package]
    if package != "empirical" and path.relative_to(ROOT).as_posix() not in LAZILY_TORCH:
        assert "torch" not in names


@pytest.mark.parametrize("name", sorted(LAZILY_TORCH))
def test_torch_is_imported_inside_functions(name):
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    assert "torch" in imported(tree)
    at_import: list[ast.stmt] = [
        node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert "torch" not in imported(ast.Module(body=at_import, type_ignores=[]))


def test_importing_everything_but_empirical_loads_no_torch():
    modules = [dotted(path) for path in FILES if path.relative_to(ROOT).parts[0] != "empirical"]
    code = "\n".join(
        [
            "import importlib, sys",
            f"for name in {[m for m in modules if not m.endswith('__main__')]}:",
            "    importlib.import_module(name)",
            "    if 'torch' in sys.modules: sys.exit(f'{name} loads torch')",
        ]
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
