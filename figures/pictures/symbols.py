"""Symbols and units of the registries of observables and parameters, set for a picture."""

from __future__ import annotations

import re
import textwrap

import numpy as np
import xarray as xr

from simulate.studies.settings import SETTINGS
from theory.observables import OBSERVABLES

SUBSCRIPT = re.compile(r"_(?:\{([^}]*)\}|([^\W_²³]+|[+-]))")
SUBSCRIPTED = re.compile(r"\$_\{(.*?)\}\$")
MINUS = re.compile(r"(?<![^\W\d_]{2})-|-(?![^\W\d_]{2})")  # not the hyphen of two words
POWER = re.compile(r"\^(\d)")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LEAST, MOST = 1e-3, 1e4  # numbers between them are written without a power of ten


def mathematics(symbol: str) -> str:
    """A symbol of the registries with its subscripts and minus signs set as such.

    Examples
    --------
    >>> mathematics("σ_E/σ_c"), mathematics("Σ_{i≤n} |v_i·g|²"), mathematics("N(C-1)/D")
    ('σ$_{E}$/σ$_{c}$', 'Σ$_{i≤n}$ |v$_{i}$·g|²', 'N(C−1)/D')
    >>> mathematics("mean-field, at a-θ")
    'mean-field, at a−θ'
    """
    set_ = SUBSCRIPT.sub(lambda m: f"$_{{{m[1] or m[2]}}}$", symbol)
    return MINUS.sub("−", set_)


def unit(units: str) -> str:
    """A unit of the registries with its powers raised.

    Examples
    --------
    >>> unit("nat/weight^2"), unit("1")
    ('nat/weight²', '')
    """
    return "" if units == "1" else POWER.sub(lambda m: m[1].translate(SUPERSCRIPTS), units)


def symbol(of: str | xr.DataArray) -> str:
    """The symbol of a registered name, or of an array that has it as an attribute.

    Examples
    --------
    >>> symbol("lambda_max"), symbol("sigma_z")
    ('λ$_{max}$', 'σ$_{z}$')
    """
    return mathematics(_symbol_and_unit(of)[0])


def axis_label(of: str | xr.DataArray) -> str:
    """Symbol and unit of a registered name, or of an array that has them as attributes.

    Examples
    --------
    >>> axis_label("lambda_max"), axis_label("participation")
    ('λ$_{max}$ (nat/weight²)', 'Y')
    """
    shown, units = _symbol_and_unit(of)
    return f"{mathematics(shown)} ({unit(units)})" if unit(units) else mathematics(shown)


def words(of: str | xr.DataArray, *, width: int = 34) -> str:
    """Meaning, symbol and unit, in lines of about ``width`` letters; without one, the label alone.

    Examples
    --------
    >>> words("sigma_z", width=60)
    'standard deviation of the logits, σ$_{z}$ (nat)'
    """
    label = axis_label(of)
    if isinstance(of, str):
        registered = SETTINGS[of] if of in SETTINGS else OBSERVABLES[of]
        meaning = registered.meaning
    else:
        meaning = of.attrs.get("long_name", "")
    if not meaning or meaning == label:
        return label
    *lines, last = textwrap.wrap(meaning, width)
    short = len(last) + len(SUBSCRIPTED.sub(r"\1", label)) <= width
    return "\n".join([*lines, f"{last}, {label}"] if short else [*lines, f"{last},", label])


def _symbol_and_unit(of: str | xr.DataArray) -> tuple[str, str]:
    if isinstance(of, str):
        registered = SETTINGS[of] if of in SETTINGS else OBSERVABLES[of]
        return registered.symbol, registered.unit
    return of.attrs.get("symbol", str(of.name)), of.attrs.get("units", "1")


def number(value: float) -> str:
    """A number as ticks, colour bars and legends have it, to three digits.

    Examples
    --------
    >>> number(1000), number(0.02), number(2e5), number(1e-4)
    ('1000', '0.02', '2·10⁵', '10⁻⁴')
    """
    if value == 0 or not np.isfinite(value) or LEAST <= abs(value) < MOST:
        shown = np.format_float_positional(value, precision=3, fractional=False, trim="-")
    else:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
        shown = power if mantissa == "1" else f"{mantissa}·{power}"
    return shown
