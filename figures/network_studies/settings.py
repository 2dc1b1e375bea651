"""The settings that a study of networks may set: their tables, symbols and units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from empirical.settings import DataSource, Experiment, Measurement, Network, Training
from empirical.settings.network import HIDDEN
from simulate.studies import tables
from simulate.studies.definition import Value, Variable
from theory import checks
from theory.checks import InputError


class Setting(NamedTuple):
    """A setting by the name of its option: its table, the kind of its values, what it is.

    ``field`` is what it sets of the table's settings; ``width`` and ``depth`` set one together.
    """

    table: Literal["network", "data", "training", "measurement"]
    kind: Literal["whole", "real", "name", "widths"]
    symbol: str
    meaning: str
    field: str = ""


# fmt: off
SETTINGS: dict[str, Setting] = {
    "network": Setting("network", "name", "network", "network", "name"),
    "width": Setting("network", "whole", "w", "width of the hidden layers"),
    "depth": Setting("network", "whole", "depth", "depth"),
    "hidden": Setting("network", "widths", "widths", "widths of the hidden layers", "hidden"),
    "activation": Setting("network", "name", "activation", "activation", "activation"),
    "parametrisation": Setting("network", "name", "parametrisation",
                               "parametrisation", "parametrisation"),
    "data": Setting("data", "name", "data", "data", "name"),
    "vocabulary": Setting("data", "whole", "C", "characters that are classes", "vocabulary"),
    "label_noise": Setting("data", "real", "ν",
                           "share of random training labels", "label_noise"),
    "epochs": Setting("training", "real", "epochs", "epochs", "epochs"),
    "learning_rate": Setting("training", "real", "η", "learning rate", "learning_rate"),
    "batch_size": Setting("training", "whole", "B", "examples of a batch", "batch_size"),
    "momentum": Setting("training", "real", "momentum", "momentum", "momentum"),
    "optimizer": Setting("training", "name", "optimizer", "optimizer", "optimizer"),
    "weight_decay": Setting("training", "real", "weight decay", "weight decay", "weight_decay"),
    "schedule": Setting("training", "name", "schedule", "schedule", "schedule"),
    "examples": Setting("measurement", "whole", "N", "examples that are measured", "examples"),
    "held_out": Setting("measurement", "whole", "held-out examples",
                        "examples that give the model's parameters", "held_out"),
    "dtype": Setting("measurement", "name", "dtype", "floating point of the measurement", "dtype"),
    "device": Setting("measurement", "name", "device", "where it is measured", "device"),
}
# fmt: on
TABLES = ("network", "data", "training", "measurement")
DEEPEST = 10**4  # layers: no deeper network trains
UNITS = {"learning_rate": "weight^2/nat", "weight_decay": "nat/weight^2"}
WHOLE = tuple(name for name, setting in SETTINGS.items() if setting.kind == "whole")


def of(table: str) -> tuple[str, ...]:
    """Names of the settings of a table."""
    return tuple(name for name, setting in SETTINGS.items() if setting.table == table)


def described(name: str) -> Variable:
    """Symbol, unit and meaning of a setting."""
    return Variable(SETTINGS[name].symbol, UNITS.get(name, "1"), SETTINGS[name].meaning)


def value(name: str, raw: object) -> Value:
    """``raw`` as a value of the setting; whole numbers may be written as ``1e3``, widths as a list.

    Widths become what the option ``--hidden`` takes, ``"64 32"``.

    Raises
    ------
    InputError
        If it is not of the setting's kind; its bounds are those of the settings it goes into.

    Examples
    --------
    >>> value("batch_size", 1e2), value("hidden", [64, 32]), value("activation", "tanh")
    (100, '64 32', 'tanh')
    """
    kind = SETTINGS[name].kind
    if kind == "name":
        if not isinstance(raw, str):
            raise InputError(f"{name} must be a name, got {raw!r}")
        return raw
    if kind == "widths":
        return " ".join(str(tables.whole(name, each)) for each in checks.sequence(name, raw))
    return tables.whole(name, raw) if kind == "whole" else checks.real(name, raw)


def experiment(
    given: Mapping[str, Value], *, seed: int, observe: tuple[str, ...] | None = None
) -> Experiment:
    """The experiment with these settings: one network, trained to its last epoch.

    Parameters
    ----------
    given
        By name; what is left out has the default of ``measure``. ``width`` and ``depth`` stand for
        ``hidden``, ``depth`` times ``width``.
    seed
        Of the split of the data, the initial weights, the order of the examples and the choice of
        those measured, as ``--seed`` of ``measure``.
    observe
        Groups that are measured; by default those of ``measure``.

    Raises
    ------
    InputError
        If a value is out of its bounds, or one is set twice.

    Examples
    --------
    >>> experiment({"width": 32, "depth": 3, "epochs": 2.0}, seed=0).network.hidden
    (32, 32, 32)
    """
    tables: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    for name, one in given.items():
        if SETTINGS[name].field:
            tables[SETTINGS[name].table][SETTINGS[name].field] = one
    tables["network"] |= _hidden(given)
    if "epochs" in given:
        tables["training"]["epochs"] = (given["epochs"],)
    else:
        tables["training"]["epochs"] = (max(Training().epochs),)
    if observe is not None:
        tables["measurement"]["observe"] = observe
    return Experiment(
        network=Network(**tables["network"]),
        data=DataSource(seed=seed, **tables["data"]),
        training=Training(seed=seed, **tables["training"]),
        measurement=Measurement(seed=seed, **tables["measurement"]),
    )


def _hidden(given: Mapping[str, Value]) -> dict[str, tuple[int, ...]]:
    """The field ``hidden``, if it is given in one way or another.

    Raises
    ------
    InputError
        If it is given in both.
    """
    by_size = [name for name in ("width", "depth") if name in given]
    if "hidden" in given:
        if by_size:
            raise InputError(f"hidden is set twice, by hidden and {by_size[0]}")
        return {"hidden": tuple(int(each) for each in str(given["hidden"]).split())}
    if not by_size:
        return {}
    usual = HIDDEN.get(str(given.get("network", "mlp")), (0, 0))  # others have none, and say so
    width = checks.count("width", given.get("width", usual[0]))
    depth = checks.integer("depth", given.get("depth", len(usual)), low=0, high=DEEPEST)
    return {"hidden": (width,) * depth}
