"""Observables of the taxonomy of landscapes: connectivity, likeness, sharpness."""

from __future__ import annotations

from collections.abc import Callable

from figures.network_studies.observable import Observable
from figures.network_studies.replicate import Replicate
from theory.observables import CURVATURE

CURVE_EPOCHS, CURVE_BATCH = 50, 32  # of the curve between network and partner, at every point
PRODUCTS = 40  # with H until its largest eigenvalue is found, about


def _mode_connectivity(replicate: Replicate) -> float:
    from empirical.taxonomy import connectivity, curve_training

    curve = curve_training.between(
        replicate.network,
        replicate.partner,
        replicate.data,
        epochs=CURVE_EPOCHS,
        batch_size=CURVE_BATCH,
        weight_decay=replicate.settings[1].weight_decay,
        seed=replicate.seed,
    )
    errors = connectivity.along(curve, replicate.network, replicate.data).error
    return connectivity.mode_connectivity(errors)


def _cka(replicate: Replicate) -> float:
    from empirical.taxonomy import similarity

    return similarity.cka(replicate.network, replicate.partner, replicate.data, seed=replicate.seed)


def _hessian_lambda_max(replicate: Replicate) -> float:
    from empirical.taxonomy import sharpness

    return sharpness.largest(replicate.network, replicate.data)


def _hessian_trace(replicate: Replicate) -> float:
    from empirical.taxonomy import sharpness

    return sharpness.trace(replicate.network, replicate.data, seed=replicate.seed)


def _passes(count: int) -> Callable[[Replicate, float], float]:
    """Seconds of so many passes over the data in batches of ``CURVE_BATCH``.

    The steps of small networks take the same time whatever their batch.
    """

    def seconds(replicate: Replicate, training: float) -> float:
        settings = replicate.settings[1]
        of_one = training / max(max(settings.epochs), 1)
        return count * of_one * min(1.0, settings.batch_size / CURVE_BATCH)

    return seconds


# fmt: off
TAXONOMY = {
    "mode_connectivity": Observable(
        _mode_connectivity, "mc", "%",
        "training error at the ends of a curve between two networks less that on it: below 0 is a "
        "barrier",
        partner=True, seconds=_passes(CURVE_EPOCHS)),
    "cka": Observable(
        _cka, "CKA", "1",
        "linear centred kernel alignment of the outputs of two networks on mixed inputs",
        partner=True),
    "hessian_lambda_max": Observable(
        _hessian_lambda_max, "λ_max(H)", CURVATURE,
        "largest eigenvalue of the Hessian of the training loss", seconds=_passes(PRODUCTS)),
    "hessian_trace": Observable(
        _hessian_trace, "Tr H", CURVATURE, "trace of the Hessian of the training loss"),
}
# fmt: on
