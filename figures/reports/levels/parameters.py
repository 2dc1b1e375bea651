"""Tables of a measured network and of the model's parameters, with 95 % intervals."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy import stats

from figures.reports.tables import interval, markdown, plain
from theory.levels import ISOTROPIC

BLOCKS = 10  # of the jackknife that the standard errors come from
WIDTH = float(stats.t.ppf(0.975, BLOCKS - 1))  # standard errors on each side of a 95 % interval
NORMAL = 1.96  # the same where an error is not from the jackknife
SCALES = ("sigma_c", "sigma_E", "effective_dimension")
SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
RANKS = (0, 9, 29)  # of the noise's spectrum
COSINES = ("noise_similarity_logits", "noise_similarity_examples")
NETWORK = {  # what is shown of a network, where it is measured
    "loss": "loss (nat)",
    "test_accuracy": "test accuracy",
    "q_SLSC": "q_SLSC",
    "q_SL": "q_SL",
    "q_DL": "q_DL",
}


def told(measured: xr.Dataset, found: xr.Dataset) -> list[str]:
    """All three tables, each with a caption."""
    return [
        "The network; ± is half of a 95 % interval, here and below.",
        network(measured),
        "Levels of isotropic noise: lengths in nat/weight.",
        scales(measured),
        "Noise of the last level.",
        noise(measured, found),
    ]


def network(measured: xr.Dataset) -> str:
    """The network itself; one row an epoch."""
    shown = {name: title for name, title in NETWORK.items() if name in measured}
    rows = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        squares = (point.p**2).sum("logit").values
        error = squares.std(ddof=1) / np.sqrt(squares.size)
        rows.append(
            [
                f"{epoch:g}",
                *[plain(float(point[name])) for name in shown],
                plain(float(point.logit_variance) ** 0.5),
                interval(squares.mean(), NORMAL * error),
            ]
        )
    return markdown(["epoch", *shown.values(), "σ_z (nat)", "mean Σp²"], rows)


def scales(measured: xr.Dataset) -> str:
    """Lengths and dimension at each level of isotropic noise; one row an epoch and level."""
    rows = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        for level in ISOTROPIC:
            own = point.sel(level=level)
            lengths = np.diagonal(point[f"Gamma_{level}"].values)
            errors = np.diagonal(point[f"Gamma_{level}_error"].values)
            longest = int(lengths.argmax())
            cells = [
                interval(float(own[name]), WIDTH * float(own[f"{name}_error"])) for name in SCALES
            ]
            cells.append(interval(lengths[longest], WIDTH * errors[longest]))
            rows.append([f"{epoch:g}", level, *cells])
    return markdown(["epoch", "level", "σ_c", "σ_E", "D_eff", "longest mean, ‖c‖²"], rows)


def noise(measured: xr.Dataset, found: xr.Dataset) -> str:
    """The covariance of the noise and the curvature of the logits; one row an epoch."""
    shown = [i for i in RANKS if i < measured.sizes["direction"]]
    header = ["epoch", "K_C: largest, smallest of C-1 eigenvalues; ± of its entries"]
    header += [f"t{str(i + 1).translate(SUBSCRIPT)}" for i in shown]
    header += ["cos(T_k, T_l)", "cos(T₋, T₊)"]
    crowded, curved = "crowding" in found, "sigma_H" in found
    header += ["crowding"] if crowded else []
    header += ["σ_H", "λ_min(K)/GOE"] if curved else []
    rows = []
    for epoch in measured.epoch.values:
        point, own = measured.sel(epoch=epoch), found.sel(epoch=epoch)
        across = np.linalg.eigvalsh(point.noise_logit_covariance.values)[1:].clip(min=0)
        entries = WIDTH * float(point.noise_logit_covariance_error.mean())
        spectrum, errors = point.noise_spectrum.values, point.noise_spectrum_error.values
        cells = [
            f"{epoch:g}",
            f"{plain(across[-1])}, {across[0]:.3f}; ± {plain(entries, digits=2)}",
            *[interval(spectrum[i], NORMAL * errors[i]) for i in shown],
            *[
                interval(float(point[name]), WIDTH * float(point[f"{name}_error"]))
                for name in COSINES
            ],
        ]
        if crowded:
            cells.append(plain(float(own.crowding), digits=2))
        if curved:
            cells.append(interval(float(own.sigma_H), WIDTH * float(own.sigma_H_error)))
            cells.append(plain(float(own.curvature_excess)))
        rows.append(cells)
    return markdown(header, rows)
