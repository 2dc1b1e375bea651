"""The four packages as a user meets them: light to import, every name there and listed."""

import ast
import importlib
import itertools
import pkgutil
import subprocess
import sys
from dataclasses import make_dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("theory", "simulate", "empirical", "figures")
HEAVY = ("numba", "xarray", "torch", "scipy", "matplotlib", "zarr", "sklearn")
OF_THE_FIELD = {
    "theory": (
        "Params averages hessian gradient curvature separable rem softmax bulk simplex sharpness "
        "goldilocks typical overlaps fluctuations bulk_edge shrinkage threshold tracy_widom "
        "free_addition ntk"
    ),
    "simulate": "Ensemble draws hessian replicates ensemble top density studies",
    "empirical": (
        "capture measure hessian estimate logits lanczos density traces operators hierarchy data "
        "networks training goldilocks anisotropy trajectory Curvature"
    ),
    "figures": "compare fit predict pictures gallery reports judge",
}

WAYS_IN = {
    "theory": (
        "theory.hessian.outliers, theory.rem.participation, theory.rem.simplex\n"
        "from theory import Params, averages, gradient, hessian, rem\n"
        "from theory import *; bulk.SampleCovariance"
    ),
    "simulate": "simulate.replicates.replicates, simulate.studies.sweep.sweep",
    "empirical": (
        "empirical.capture.capture, empirical.networks.training.train\n"
        "from empirical import hessian, estimate, logits; hessian.spectrum, estimate.estimate\n"
        "from empirical.operators import Curvature, lanczos; lanczos.eigenpairs\n"
        "from empirical import density, traces; density.lanczos_density, traces.trace"
    ),
    "figures": "figures.fit.fit, figures.compare.compare, figures.pictures.spectrum",
}
ROOMS = [
    *PACKAGES,
    *(
        found.name
        for package in PACKAGES
        for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}.")
        if found.ispkg
    ),
]


def fresh(code: str) -> str:
    """What a new interpreter prints that runs the code."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_loads_nothing_heavy(package):
    heavy = f"{{*{HEAVY}}} & {{*sys.modules}}"
    assert fresh(f"import sys, {package}; dir({package}); print({heavy})") == "set()"


def test_the_command_line_helps_without_loading_anything_heavy():
    code = (
        "import sys\n"
        "from figures import cli\n"
        "try: cli.main(['--help'])\n"
        f"except SystemExit: print({{*{HEAVY}}} & {{*sys.modules}})"
    )
    assert fresh(code).endswith("set()")


def test_numba_is_loaded_by_what_needs_it():
    code = "import sys, theory; theory.softmax.eigenvalues; print('numba' in sys.modules)"
    assert fresh(code) == "True"


@pytest.mark.parametrize("package", PACKAGES)
def test_names_of_the_field_are_attributes_in_a_new_interpreter(package):
    names = OF_THE_FIELD[package].split()
    fresh(
        f"import {package}\n"
        f"assert {{*{names}}} <= {{*dir({package})}}\n"
        f"for name in {names}: getattr({package}, name)\n" + WAYS_IN[package]
    )


@pytest.mark.parametrize("room", ROOMS)
def test_every_listed_name_is_there(room):
    module = importlib.import_module(room)
    assert module.__doc__
    assert sorted({*module.__all__}) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("room", ROOMS)
def test_the_type_checker_is_told_the_same_names(room):
    stub = ROOT.joinpath(*room.split("."), "__init__.pyi")
    if not stub.exists():
        assert "lazy_loader" not in stub.with_suffix(".py").read_text(encoding="utf-8")
        return
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    module = importlib.import_module(room)
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    pairs = [(alias.name, alias.asname) for node in imports for alias in node.names]
    assert all(name == told for name, told in pairs)  # without "as" a checker takes it for private
    assert sorted(name for name, _ in pairs) == sorted(module.__all__)


def described(module, name: str) -> bool:
    """Whether the name has a docstring of its own; a constant's follows its assignment."""
    value = getattr(module, name)
    if isinstance(value, type) or callable(value) or isinstance(value, ModuleType):
        doc = value.__doc__ or ""
        return bool(doc) and not doc.startswith(f"{name}(")  # as a dataclass makes one up
    return name in documented_constants(module)


def documented_constants(module) -> set[str]:
    """Names that a module of the room assigns and then describes by a string."""
    found = set()
    for path in Path(module.__file__).parent.glob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for node, after in itertools.pairwise(body):
            match node, after:
                case (
                    ast.Assign(targets=[ast.Name(id=name)])
                    | ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str())),
                ):
                    found.add(name)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_every_listed_name_is_described(room):
    module = importlib.import_module(room)
    assert [name for name in module.__all__ if not described(module, name)] == []


def test_what_python_makes_up_describes_nothing():
    made_up = ModuleType("made_up")
    made_up.__file__ = __file__
    vars(made_up).update(Value=make_dataclass("Value", ["x"]), HEAVY=HEAVY)
    assert not described(made_up, "Value")
    assert not described(made_up, "HEAVY")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = importlib.import_module("theory").nothing_here


@pytest.mark.parametrize("package", PACKAGES)
def test_types_are_announced(package):
    assert (ROOT / package / "py.typed").read_bytes() == b""
