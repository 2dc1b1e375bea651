"""Any observable of a record over epochs and levels, as CSV, Markdown or LaTeX."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr

from figures.reports import provenance
from figures.reports.tables import markdown, plain
from theory import InputError, checks
from theory import record as records

Format = Literal["csv", "markdown", "latex"]
FORMATS: tuple[Format, ...] = ("csv", "markdown", "latex")
ROWS = ("epoch", "level")  # axes whose values have a row each
OF_CLASSES = ("label", "logit", "logit_other")  # axes along which lie the classes
CLASSES = ("labels", "nearest_class")  # whose values are classes
DIGITS = 4  # of numbers for a reader; a file for other tools has them all
LATEX = {
    "α": r"\alpha ", "δ": r"\delta ", "Δ": r"\Delta ", "λ": r"\lambda ", "μ": r"\mu ",
    "π": r"\pi ", "ρ": r"\rho ", "σ": r"\sigma ", "Σ": r"\sum ", "‖": r"\|", "·": r"\cdot ",
    "≤": r"\le ", "²": "^2", "₊": "_+", "₁": "_1", "ŝ": r"\hat s",
}  # fmt: skip
ACCENTS = {"\u0302": r"\hat", "\u0304": r"\bar"}


class Table(NamedTuple):
    """Columns with their names, symbols and units; the cells of each row, None where there is none.

    The first columns are those of ``ROWS`` that the observables have.
    """

    names: list[str]
    symbols: list[str]
    units: list[str]
    rows: list[list[Any]]


def table(record: xr.Dataset, *, observables: Sequence[str] = (), first: int = 10) -> Table:
    """A row for each epoch and level, a column for each observable and value of its other axes.

    Classes are called by their names where the record has them.

    Parameters
    ----------
    record
        Of ``empirical.trajectory``, ``figures.compare``, ``figures.fit`` or ``figures.predict``.
    observables
        Names of its arrays; by default all that have one number at each epoch and level.
    first
        Columns at most for each other axis of an observable, as of ranks.

    Raises
    ------
    InputError
        If the record has no such array, or none to take by default, or ``first`` is less than one.
    """
    if first < 1:
        raise InputError(f"first must be at least 1, got {first}")
    known = sorted(str(name) for name in record.data_vars)
    for name in observables:
        checks.choice("observable", name, known)
    arrays = {
        name: _by_level(record[name])
        for name in observables or known
        if observables or set(_by_level(record[name]).dims) <= set(ROWS)
    }
    if not arrays:
        raise InputError(
            "observable must be given where none has one number at each epoch and level: "
            f"one of {', '.join(known)}"
        )
    class_names = records.class_names(record)
    index = [axis for axis in ROWS if any(axis in array.dims for array in arrays.values())]
    places = {axis: _values(arrays.values(), axis) for axis in index}
    names, symbols, units, columns = [*index], [*index], ["1"] * len(index), []
    for name, array in arrays.items():
        others = [str(axis) for axis in array.dims if axis not in ROWS]
        for at in product(*(range(min(first, array.sizes[axis])) for axis in others)):
            chosen = array.isel(dict(zip(others, at, strict=True)))
            told = [_told(array, axis, i, class_names) for axis, i in zip(others, at, strict=True)]
            names.append(f"{name}[{', '.join(told)}]" if told else name)
            symbol = array.attrs.get("symbol", name)
            values = ", ".join(each.partition("=")[2] for each in told)
            symbols.append(f"{symbol} [{values}]" if told else symbol)
            units.append(array.attrs.get("units", "1"))
            columns.append(chosen)
    rows = []
    for values in product(*places.values()):
        at = dict(zip(index, values, strict=True))
        rows.append([*values, *[_cell(column, at, class_names) for column in columns]])
    return Table(names, _told_apart(symbols, names), units, rows)


def text(record: xr.Dataset, found: Table, *, form: Format) -> str:
    """The table in a format; Markdown and LaTeX say in a comment what made the record."""
    if form == "csv":
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow([_with_unit(*each) for each in zip(found.names, found.units, strict=True)])
        writer.writerows([["" if cell is None else cell for cell in row] for row in found.rows])
        return written.getvalue()
    made_by = provenance.line(json.loads(record.attrs["provenance"]))
    shown = [[_shown(cell) for cell in row] for row in found.rows]
    if form == "markdown":
        units = [unit.replace("^2", "²") for unit in found.units]
        header = [_with_unit(*each) for each in zip(found.symbols, units, strict=True)]
        return f"{markdown(header, shown)}\n\n<!-- {made_by} -->\n"
    header = [
        _with_unit(latex_symbol(symbol, name), _unit_in_latex(unit))
        for symbol, name, unit in zip(found.symbols, found.names, found.units, strict=True)
    ]
    lines = [" & ".join(header), *[" & ".join(map(_number_in_latex, row)) for row in shown]]
    head, *body = [rf"{line} \\" for line in lines]
    return "\n".join(
        [
            f"% {made_by} Needs the package booktabs.",
            rf"\begin{{tabular}}{{{'r' * len(header)}}}",
            r"\toprule",
            head,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _told_apart(symbols: Sequence[str], names: Sequence[str]) -> list[str]:
    """The symbols, with names in place of those that several observables share."""
    shared = {symbol for symbol, times in Counter(symbols).items() if times > 1}
    return [
        name if symbol in shared else symbol for symbol, name in zip(symbols, names, strict=True)
    ]


def _by_level(array: xr.DataArray) -> xr.DataArray:
    """Predictions lie along ``source``, which has the levels and what is compared with them."""
    return array.rename(source="level") if "source" in array.dims else array


def _values(arrays: Any, axis: str) -> list[Any]:
    found: dict[Any, None] = {}
    for array in arrays:
        if axis in array.dims:
            found |= dict.fromkeys(array[axis].values.tolist())
    return list(found)


def _told(array: xr.DataArray, axis: str, at: int, names: list[str] | None) -> str:
    if axis in array.coords:
        value = array[axis].values[at]
    else:
        value = names[at] if names and axis in OF_CLASSES else at + 1
    return f"{axis}={value}"


def _cell(column: xr.DataArray, at: dict[str, Any], names: list[str] | None) -> Any:
    own = {axis: value for axis, value in at.items() if axis in column.dims}
    if any(value not in column[axis].values for axis, value in own.items()):
        return None
    value = column.sel(own).item()
    if isinstance(value, float) and np.isnan(value):
        return None
    return names[int(value)] if names and column.name in CLASSES else value


def _shown(cell: Any) -> str:
    if cell is None:
        return "–"
    return plain(cell, digits=DIGITS) if isinstance(cell, float) else str(cell)


def _with_unit(name: str, unit: str) -> str:
    return name if unit in ("1", "") else f"{name} ({unit})"


def latex_symbol(symbol: str, name: str) -> str:
    r"""A symbol in mathematics; its name, upright, where it has letters that LaTeX has not.

    Examples
    --------
    >>> print(latex_symbol("λ_max", "lambda_max"), latex_symbol("Tr G", "trace"))
    $\lambda _{\mathrm{max}}$ $\mathrm{Tr}\, G$
    """
    if symbol == name:
        return re.sub(r"([_#%&$])", r"\\\1", name)
    own = re.sub(r"_([^\W_]{2,})", r"_{\\mathrm{\1}}", symbol)
    own = re.sub(r"(?<![\w{\\])([A-Za-z]{2,})(?![\w}])", r"\\mathrm{\1}", own)
    own = own.replace("} ", "}\\, ")
    for accent, command in ACCENTS.items():
        own = re.sub(rf"(.){accent}", lambda m, c=command: f"{c}{{{m[1]}}}", own)
    for letter, command in LATEX.items():
        own = own.replace(letter, command)
    return f"${own}$" if own.isascii() else re.sub(r"([_#%&$])", r"\\\1", name)


def _unit_in_latex(unit: str) -> str:
    return re.sub(r"\^(\d)", r"$^\1$", unit)


def _number_in_latex(cell: str) -> str:
    if cell == "–":
        return "--"
    found = re.fullmatch(r"(-?[\d.]+)·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", cell)
    if found:
        power = found[2].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        return rf"${found[1]}\cdot 10^{{{power}}}$"
    return f"${cell}$" if re.fullmatch(r"-[\d.]+", cell) else re.sub(r"([_#%&$])", r"\\\1", cell)
