"""What the studies of wedges found, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import norm, spearmanr

from figures.reports.tables import markdown, plain
from figures.wedges.picture import KNOBS

WIDTHS = ("width_uniform", "width_filter")


def cuts_numbers(toys: Sequence[xr.Dataset], network: xr.Dataset) -> dict[str, Any]:
    """Agreement of the toy with theory, and the plane fitted to the network at each radius."""
    found: dict[str, Any] = {"toy": [], "network": []}
    for data in toys:
        trials = int(data.attrs["cuts"])
        rate, theory = data.nearest.values / trials, data.theory_nearest.values
        error = np.sqrt(np.maximum(theory * (1 - theory), 1 / trials) / trials)
        exact = data.exact.values / trials
        found["toy"].append(
            {
                "D": int(data.attrs["D"]),
                "n": int(data.attrs["n"]),
                "largest_deviation": float((np.abs(rate - theory) / error).max()),
                "step_is_exact": bool(np.array_equal(exact, data.theory_exact.values)),
                "first_met": _first(data, exact),
                "half_nearest": _crossing(data.dimension.values, rate),
                "half_search": _crossing(data.dimension.values, data.search.values / trials),
                "half_bound": _crossing(data.dimension.values, data.theory_any.values),
            }
        )
    for scale in network.scale.values:
        own = network.sel(scale=scale)
        found["network"].append(
            {
                "weight_norm": float(own.weight_norm.mean()),
                "codimension": _finite(own.fitted_codimension),
                "codimension_interval": [_finite(x) for x in own.fitted_interval],
                "n": _finite(network.attrs["D"] - own.fitted_codimension),
                "half": _finite(own.fitted_half),
                "half_interval": [_finite(x) for x in own.fitted_half_interval],
                "tolerance": _finite(own.fitted_tolerance),
                "p_value": _finite(own.fitted_p_value),
            }
        )
    return found


def cuts_told(toys: Sequence[xr.Dataset], network: xr.Dataset) -> str:
    """The same in words and tables."""
    found = cuts_numbers(toys, network)
    rows = [
        [
            f"{one['D']:,}",
            f"{one['D'] - one['n']}",
            _shown(one["first_met"]),
            f"{one['largest_deviation']:.1f}",
            _shown(one["half_nearest"]),
            _shown(one["half_search"]),
            _shown(one["half_bound"]),
        ]
        for one in found["toy"]
    ]
    toy = markdown(
        [
            "D",
            "D − n",
            "met exactly from d =",
            "nearest plane: largest deviation (se)",
            "half at d",
            "half, planes changed",
            "half by the bound",
        ],
        rows,
    )
    target, trials = network.attrs["target"], network.attrs["trials"]
    fits = markdown(
        ["‖W‖ (weight)", "D − n fitted", "95 % interval", "half at d", "95 % interval", "p-value"],
        [
            [
                plain(one["weight_norm"]),
                _shown(one["codimension"]),
                _range(one["codimension_interval"]),
                _shown(one["half"]),
                _range(one["half_interval"]),
                _shown(one["p_value"]),
            ]
            for one in found["network"]
        ],
    )
    return (
        f"## The toy landscape\n\n{toy}\n\n## A network of {int(network.attrs['D']):,} weights\n\n"
        f"Success is a training accuracy of {target:g}; {trials} cuts at each d and radius. "
        "p: that the fitted plane's curve gives rates as far from it.\n\n" + fits
    )


def connect_numbers(records: Sequence[xr.Dataset], averages: xr.Dataset) -> dict[str, Any]:
    """Largest and typical losses on connectors and simplices, and what averages give."""
    found: dict[str, Any] = {"connectors": [], "averages": {}}
    for data in records:
        limit = float(data.optima.max()) + data.attrs["bound"]
        one: dict[str, Any] = {
            "m": int(data.attrs["m"]),
            "divisions": int(data.attrs["divisions"]),
            "optima": float(data.optima.max()),
            "limit": limit,
        }
        for name in ("linear", "connector"):
            values = data[name].values
            one[f"{name}_mean"], one[f"{name}_max"] = float(values.mean()), float(values.max())
            one[f"{name}_within"] = float((values <= limit).mean())
        one["height"] = float(data.height.mean())
        one["toy_ratio"] = float(data.toy_connector.mean() / data.toy_linear.mean())
        found["connectors"].append(one)
    for networks in averages.networks.values:
        own = averages.sel(networks=networks)
        found["averages"][str(networks)] = {
            "networks": int(own["size"]),
            **{
                f"{name}_{of}": float(own[name].sel(of=of))
                for name in ("loss", "accuracy")
                for of in averages.of.values
            },
        }
    return found


def connect_told(records: Sequence[xr.Dataset], averages: xr.Dataset) -> str:
    """The same in words and tables."""
    found = connect_numbers(records, averages)
    rows = [
        [
            str(one["m"]),
            *(plain(one[f"linear_{of}"]) for of in ("mean", "max")),
            f"{one['linear_within']:.0%}",
            *(plain(one[f"connector_{of}"]) for of in ("mean", "max")),
            f"{one['connector_within']:.0%}",
            plain(one["height"]),
        ]
        for one in found["connectors"]
    ]
    bound = records[0].attrs["bound"]
    header = [
        "dimension m",
        "simplex: mean",
        "largest",
        "within",
        "connector: mean",
        "largest",
        "within",
    ]
    tables = markdown([*header, "height (weight)"], rows)
    names = {"optima": "independent optima", "epochs": "epochs of one training"}
    shown = [
        [
            f"{own['networks']} {names[networks]}",
            *(f"{own[f'loss_{of}']:.4f}" for of in averages.of.values),
            *(f"{own[f'accuracy_{of}']:.3f}" for of in averages.of.values),
        ]
        for networks, own in found["averages"].items()
    ]
    return (
        "## Connectors\n\nLosses in nats at uniform random points; within: at most "
        f"{bound:g} above the largest of the optima's. Height: distance of the connector from the "
        f"simplex.\n\n{tables}\n\n## Averages\n\nOn test examples: the networks' own mean, the "
        "average of their weights, that of their outputs.\n\n"
        + markdown(
            [
                "networks",
                *(f"loss, {of}" for of in ("each", "weights", "outputs")),
                *(f"accuracy, {of}" for of in ("each", "weights", "outputs")),
            ],
            shown,
        )
    )


def tunnel_numbers(data: xr.Dataset) -> dict[str, Any]:
    """Width at the largest value of each knob over that at the smallest, and rank correlations."""
    found: dict[str, Any] = {}
    for knob in KNOBS:
        own = data.sel(training=data[f"varies_{knob}"].values)
        if own.sizes["training"] < 2:
            continue
        values = own[knob].values
        one: dict[str, Any] = {"least": float(values.min()), "most": float(values.max())}
        for name in WIDTHS:
            logs = np.log(own[name].values)
            ends = [logs[int(values.argmin())], logs[int(values.argmax())]]
            change = float(ends[1].mean() - ends[0].mean())
            count = data.sizes["replicate"]
            error = math.sqrt(sum(end.var(ddof=1) for end in ends) / count) if count > 1 else 0.0
            half = float(norm.ppf(0.975)) * error
            rank, p_value = spearmanr(np.repeat(values, count), logs.ravel())
            one[name] = {
                "ratio": _finite(math.exp(change)),
                "interval": [_finite(math.exp(change + sign * half)) for sign in (-1, 1)],
                "rank_correlation": _finite(rank),
                "p_value": _finite(p_value),
            }
        for name in ("loss", "test_accuracy", "weight_norm"):
            ends = [own[name].values[i].mean() for i in (values.argmin(), values.argmax())]
            one[name] = [float(end) for end in ends]
        if knob in ("learning_rate", "batch_size"):
            toy = own.toy_theory.values
            one["toy_ratio"] = float(toy[values.argmax()] / toy[values.argmin()])
        found[knob] = one
    return found


def tunnel_told(data: xr.Dataset) -> str:
    """The same in words and a table."""
    rows = []
    for knob, one in tunnel_numbers(data).items():
        for name in WIDTHS:
            own = one[name]
            rows.append(
                [
                    f"{KNOBS[knob]} {plain(one['least'])} to {plain(one['most'])}",
                    name.removeprefix("width_"),
                    _shown(own["ratio"]),
                    _range(own["interval"]),
                    _shown(own["rank_correlation"]),
                    _shown(own["p_value"]),
                    _shown(one.get("toy_ratio")),
                    " to ".join(plain(each) for each in one["loss"]),
                    " to ".join(plain(each) for each in one["weight_norm"]),
                ]
            )
    header = [
        "from – to",
        "directions",
        "width ratio",
        "95 % interval",
        "rank correlation",
        "p-value",
    ]
    return (
        "## Width of tunnels\n\nRadius at which the loss has risen by "
        f"{data.attrs['rise']:g} nat along random directions: in units of weight (uniform), as a "
        "share of the weights (filter). Ratio: at the last value over at the first.\n\n"
        + markdown([*header, "toy's ratio", "loss", "‖W‖"], rows)
    )


def _first(data: xr.Dataset, exact: np.ndarray) -> int | None:
    met = data.dimension.values[exact == 1]
    return int(met[0]) if len(met) else None


def _crossing(d: np.ndarray, rate: np.ndarray) -> float | None:
    """Where a rising rate first passes one half, interpolated."""
    above = np.flatnonzero(rate >= 0.5)
    if not len(above) or above[0] == 0:
        return None
    at = int(above[0])
    share = (0.5 - rate[at - 1]) / (rate[at] - rate[at - 1])
    return float(d[at - 1] + share * (d[at] - d[at - 1]))


def _finite(value: Any) -> float | None:
    """JSON has no number that is not finite."""
    number = float(value)
    return number if math.isfinite(number) else None


def _shown(value: float | None) -> str:
    return "–" if value is None else plain(float(value))


def _range(interval: Sequence[float | None]) -> str:
    low, high = interval
    return f"{_shown(low)} to {'any' if high is None and low is not None else _shown(high)}"
