"""``python -m benchmarks [NAME ...]``: run the comparisons, print them, write them as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

import benchmarks
from theory.records.provenance import package_version


def main() -> None:
    names = sorted(
        m.name
        for m in pkgutil.iter_modules(benchmarks.__path__)
        if m.name[0] != "_" and not m.ispkg
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks.json"))
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(names)
    if unknown:
        parser.error(f"NAME must be one of {', '.join(names)}, got {', '.join(sorted(unknown))}")
    found = {"version": package_version()}
    for name in arguments.names or names:
        print(f"# {name}", file=sys.stderr)
        found[name] = importlib.import_module(f"benchmarks.{name}").compare()
        print(json.dumps({name: found[name]}, indent=1))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1))
    print(f"saved {arguments.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
