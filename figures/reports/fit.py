"""The report of a fit: parameters with intervals, held-out errors, and what broke, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from figures.fit import AIM, OTHER, WIDTH, best
from figures.judge.levels import ISOTROPIC, LEVELS
from figures.reports.tables import markdown

MEANING = {
    "FG": "one mean a logit, isotropic noise",
    "cluster": "one mean for each logit and true class, isotropic noise",
    "weighted": "the same means with examples weighted by their curvature A_kk",
    "anisotropic": "the same, and noise of covariance K_C ⊗ T",
    OTHER: "no prediction: as many other examples of the same network, measured",
}
GOE_TOLERANCE = 1.5
STEPS = {  # what each level has that the one before has not
    "cluster": "one mean a logit",
    "weighted": "outputs independent of the logit gradients within a class",
    "anisotropic": "noise that is isotropic in D_eff dimensions",
}


def text(fits: Mapping[str, tuple[xr.Dataset, xr.Dataset]]) -> str:
    """The report; ``fits`` maps the name of each network to what was measured and its fit."""
    shown = {source for _, found in fits.values() for source in found.source.values}
    parts = [
        "# How well each level of the model predicts examples that it has not seen",
        "Means and noise are estimated on held-out examples; the spectrum of G and the gradient "
        "are judged on others, given their softmax outputs. Nothing is fitted to what is judged. "
        "*Outliers*: relative errors of the C-1 largest eigenvalues; *share*: of ‖g‖² on them, "
        "absolute; *bulk*: Wasserstein distance of all other eigenvalues over their mean. The aim "
        f"is {AIM:.0%} of each.",
        "\n".join(f"- **{source}**: {MEANING[source]}." for source in MEANING if source in shown),
        "## Held-out errors",
        errors(fits),
        "## What holds and what breaks",
    ]
    for name, (measured, found) in fits.items():
        lines = [f"- {line}" for line in sentences(measured, found)]
        parts.append("\n".join([f"**{name}**", "", *lines]))
    for name, (measured, found) in fits.items():
        parts += [
            f"## {name}",
            f"![errors of each level over training]({stem(name)}.png)",
            "Parameters at each epoch, with 95 % intervals.",
            parameters(measured, found),
            "λ_max of G along training.",
            sharpness(found),
        ]
    return "\n\n".join(parts) + "\n"


def stem(name: str) -> str:
    """File name of one network's fit, without suffix."""
    return "fit-" + "".join(c if c.isalnum() else "-" for c in name)


def errors(fits: Mapping[str, tuple[xr.Dataset, xr.Dataset]]) -> str:
    """One row for each network, epoch and source; the best level's is bold."""
    header = ["network", "epoch", "level", "λ_max", "outliers, mean", "outliers, worst"]
    rows = []
    for name, (_, found) in fits.items():
        winners = best(found)
        for epoch in found.epoch.values:
            for source in found.source.values:
                own = found.sel(epoch=epoch, source=source)
                size = np.abs(own.outlier_error.values)
                bold = "**" if str(winners.sel(epoch=epoch).item()) == source else ""
                rows.append(
                    [
                        name,
                        f"{epoch:g}",
                        f"{bold}{source}{bold}",
                        f"{float(own.outlier_error[0]):+.1%}",
                        f"{size.mean():.1%}",
                        f"{size.max():.1%}",
                        f"{float(own.share_error):+.3f}",
                        f"{float(own.bulk_distance):.1%}",
                    ]
                )
    return markdown([*header, "share", "bulk"], rows)


def parameters(measured: xr.Dataset, found: xr.Dataset) -> str:
    """Estimates and intervals; one row for each epoch and level."""
    header = ["epoch", "σ_z", "mean Σp²", "level", "σ_c", "σ_E", "D_eff", "longest mean, ‖c‖²"]
    header += ["K_C: eigenvalues; ± of its entries", "t₁, t₁₀, t₃₀", "σ_H"]
    rows = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        squares = (point.p**2).sum("logit").values
        outputs = [
            f"{epoch:g}",
            f"{float(point.logit_variance) ** 0.5:.3g}",
            _interval(squares.mean(), squares.std(ddof=1) / np.sqrt(squares.size), width=1.96),
        ]
        for level in ISOTROPIC:
            own = point.sel(level=level)
            cells = [
                _interval(float(own[name]), float(own[f"{name}_error"]))
                for name in ("sigma_c", "sigma_E", "effective_dimension")
            ]
            lengths = np.diagonal(point[f"Gamma_{level}"].values)
            errors_of = np.diagonal(point[f"Gamma_{level}_error"].values)
            longest = int(lengths.argmax())
            cells.append(_interval(lengths[longest], errors_of[longest]))
            cells += _noise(point, found.sel(epoch=epoch)) if level == "weighted" else ["", "", ""]
            rows.append([*outputs, level, *cells])
    return markdown(header, rows)


def _noise(point: xr.Dataset, found: xr.Dataset) -> list[str]:
    across = np.linalg.eigvalsh(point.noise_logit_covariance.values)
    variances = [
        _interval(float(point.noise_spectrum[i]), float(point.noise_spectrum_error[i]), width=1.96)
        for i in (0, 9, 29)
        if i < point.sizes["direction"]
    ]
    H = (
        ""
        if "sigma_H" not in found
        else _interval(float(found.sigma_H), float(found.sigma_H_error))
    )
    entries = WIDTH * float(point.noise_logit_covariance_error.mean())
    return [f"{across[-1]:.3g} … {across[0]:.3g}; ± {entries:.2g}", ", ".join(variances), H]


def sharpness(found: xr.Dataset) -> str:
    """λ_max measured and predicted, with the relative error; one row an epoch."""
    rows = []
    for epoch in found.epoch.values:
        point = found.sel(epoch=epoch)
        cells = [f"{epoch:g}", f"{float(point.eigenvalues[0]):.4g}"]
        for source in found.source.values:
            own = point.sel(source=source)
            value, error = float(own.predicted_eigenvalues[0]), float(own.outlier_error[0])
            cells.append(f"{value:.4g} ({error:+.1%})")
        rows.append(cells)
    return markdown(["epoch", "measured", *found.source.values], rows)


def sentences(measured: xr.Dataset, found: xr.Dataset) -> list[str]:
    """For each epoch: the best level, what it meets, and which assumption broke with its number."""
    out = []
    for epoch in found.epoch.values:
        point, own = measured.sel(epoch=epoch), found.sel(epoch=epoch)
        level = str(best(found).sel(epoch=epoch).item())
        missed = [name for name, value in _three(own.sel(source=level)).items() if value > AIM]
        verdict = "all within the aim" if not missed else f"misses the aim in {', '.join(missed)}"
        lines = [
            f"Epoch {epoch:g}: best is **{level}**, {_told(own, level)}; {verdict}.",
            *_others(own),
            *_broken(point, own),
        ]
        if "curvature_excess" in own and float(own.curvature_excess) > GOE_TOLERANCE:
            lines.append(
                f"Broken: logit curvature K like a GOE matrix (its lowest eigenvalue is "
                f"{float(own.curvature_excess):.1f} times that of one of the same norm)."
            )
        if missed:
            lines.append(_left(point, own, level, missed))
        out.append(" ".join(lines))
    return out


def _three(own: xr.Dataset) -> dict[str, float]:
    return {
        "outliers": float(np.abs(own.outlier_error).max()),
        "share": abs(float(own.share_error)),
        "bulk": float(own.bulk_distance),
    }


def _told(point: xr.Dataset, source: str) -> str:
    own = point.sel(source=source)
    three = _three(own)
    mean = float(np.abs(own.outlier_error).mean())
    return (
        f"outliers {mean:.1%} in the mean and {three['outliers']:.1%} at worst, "
        f"share {three['share']:.3f}, bulk {three['bulk']:.1%}"
    )


def _others(own: xr.Dataset) -> list[str]:
    if OTHER not in own.source.values:
        return []
    return [f"Other examples of the network differ by {_told(own, OTHER)}."]


def _broken(point: xr.Dataset, own: xr.Dataset) -> list[str]:
    """Assumptions whose removal takes away a third of an error that is above the aim."""
    lines = []
    for level, assumption in STEPS.items():
        before, after = (own.sel(source=name) for name in (LEVELS[LEVELS.index(level) - 1], level))
        changes = [
            f"{name} {old:.1%} → {new:.1%}"
            for (name, old), new in zip(_three(before).items(), _three(after).values(), strict=True)
            if old > AIM and new < old * 2 / 3
        ]
        if changes:
            number = ""
            if level == "cluster":
                ratio = float(point.sigma_E.sel(level="cluster") / point.sigma_E.sel(level="FG"))
                number = f"; {1 - ratio**2:.0%} of what FG calls noise is a mean of the true class"
            lines.append(f"Broken: {assumption} ({', '.join(changes)}{number}).")
    return lines


def _left(point: xr.Dataset, own: xr.Dataset, level: str, missed: list[str]) -> str:
    """What the best level still misses, beside the difference between two samples."""
    if OTHER not in own.source.values:
        return "Whether two samples differ by less is not known without the group resampled."
    mine, others = (_three(own.sel(source=source)) for source in (level, OTHER))
    beyond = [name for name in missed if mine[name] > others[name]]
    if not beyond:
        return "What is missed is less than two samples of the network differ by."
    logits, examples = (
        _interval(
            float(point[f"noise_similarity_{name}"]),
            float(point[f"noise_similarity_{name}_error"]),
        )
        for name in ("logits", "examples")
    )
    return (
        f"Not explained by any level: {', '.join(beyond)}. All of them assume one covariance of "
        f"the noise across weights; the cosine of these covariances is {logits} between logits and "
        f"{examples} between decided and undecided examples, where the model has 1."
    )


def _interval(value: float, error: float, *, width: float = WIDTH) -> str:
    return f"{value:.3g} ± {width * error:.2g}"


def numbers(fits: Mapping[str, tuple[xr.Dataset, xr.Dataset]]) -> dict[str, Any]:
    """The same as plain numbers for JSON."""
    out: dict[str, Any] = {}
    for name, (measured, found) in fits.items():
        epochs = []
        for epoch in found.epoch.values:
            point, own = measured.sel(epoch=epoch), found.sel(epoch=epoch)
            row: dict[str, Any] = {"epoch": float(epoch)}
            row["best"] = str(best(found).sel(epoch=epoch).item())
            for level in ISOTROPIC:
                at = point.sel(level=level)
                row[level] = {
                    key: {"value": float(at[key]), "interval": WIDTH * float(at[f"{key}_error"])}
                    for key in ("sigma_c", "sigma_E", "effective_dimension")
                }
            if "sigma_H" in own:
                row["sigma_H"] = {
                    "value": float(own.sigma_H),
                    "interval": WIDTH * float(own.sigma_H_error),
                }
                row["curvature_excess"] = float(own.curvature_excess)
            row["errors"] = {
                source: {
                    "outliers": own.outlier_error.sel(source=source).values.tolist(),
                    "share": float(own.share_error.sel(source=source)),
                    "bulk": float(own.bulk_distance.sel(source=source)),
                }
                for source in own.source.values
            }
            epochs.append(row)
        out[name] = epochs
    return out
