r"""Classification of two balanced Gaussian clouds: how good, and how flat, the best classifier is.

Examples ``x = y v*/√d + √Δ z`` with labels ``y = ±1``, a direction ``|v*|² = d`` and normal
noise z, α d of them. Hebb's rule ``w = Σ_μ y_μ x_μ`` gives the mean of the posterior of v*, and
so the classifier of the least error (Bayes); docs/theory/perceptron.md derives the formulas, exact
at large d.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from theory import checks
from theory.arrays import Array
from theory.perceptron.mixture_saddle import saddle

LEAST_OVERLAP, MOST_OVERLAP = 0.01, 0.9999  # at which classifiers are counted
LEAST_ERRORS = 1e-4


def squared_overlap(alpha: ArrayLike, *, noise: ArrayLike) -> Array:
    r"""Squared cosine ``α/(α+Δ)`` of Hebb's classifier and the true direction.

    Parameters
    ----------
    alpha : shape (...)
        Examples per dimension, above 0.
    noise : shape (...)
        Variance Δ of the noise in each dimension, above 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> float(squared_overlap(1.0, noise=1.0))
    0.5
    """
    load, spread = _checked(alpha, noise)
    return np.asarray(load / (load + spread))


def error(alpha: ArrayLike, *, noise: ArrayLike, overlap: ArrayLike = 1.0) -> Array:
    r"""Test error ``H(S √(α/(Δ(α+Δ))))`` at the overlap S with Hebb's classifier.

    At S = 1 it is the Bayes error; at S < 1 the mean over all classifiers of that cosine with it.

    Parameters
    ----------
    alpha, noise : shape (...)
        As for ``squared_overlap``.
    overlap : shape (...)
        Cosine S with Hebb's classifier, from -1 to 1.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> error(1.0, noise=0.5, overlap=[1.0, 0.9]).round(4)
    array([0.1241, 0.1493])
    """
    load, spread = _checked(alpha, noise)
    return np.asarray(ndtr(-_cosine(overlap) * np.sqrt(load / (spread * (load + spread)))))


def training_error(alpha: ArrayLike, *, noise: ArrayLike, overlap: ArrayLike = 1.0) -> Array:
    r"""Training error ``H(S √((α+Δ)/(αΔ)))`` at the overlap S with Hebb's classifier.

    Its growth as S falls from 1 is the local energy of the classifier: the minimum is wide where
    ``(α+Δ)/(αΔ)`` is large. Each example's own part in w is counted.

    Parameters and Raises: as ``error``.

    Examples
    --------
    >>> training_error(1.0, noise=0.5, overlap=[1.0, 0.9]).round(4)
    array([0.0416, 0.0595])
    """
    load, spread = _checked(alpha, noise)
    return np.asarray(ndtr(-_cosine(overlap) * np.sqrt((load + spread) / (load * spread))))


def local_entropy(
    overlap: ArrayLike, *, alpha: float, noise: float, errors: float | None = None
) -> Array:
    r"""Log-volume per weight of the classifiers at the overlap S with Hebb's that err as little.

    Of unit vectors at the cosine S, those that misclassify at most a share ε of the examples, as
    a share of the sphere, in nats: ``extr ½[ln(1-q) + (q-S²)/(1-q)] + α[c²/(2(1-q)) + ∫Dz ln F(h)
    + βε]`` over q, c and β, ``h = S√((α+Δ)/(αΔ)) + √q z + c``, ``F(h) = e^{-β} + (1-e^{-β})
    Φ(h/√(1-q))``. At most ``½ ln(1-S²)``, all unit vectors at S; below it by
    ``α√π r² φ(r) (1-S²)^{3/2}/8``, ``r² = (α+Δ)/(αΔ)``, as S goes to 1 with ε that of Hebb's.

    All of them have the test error of ``error``, however few examples they misclassify. Large-d
    limit, replica-symmetric: refused where that is unstable. In the setting of Baldassi, Malatesta,
    Negri, Zecchina, J. Stat. Mech. 124012 (2020); derived in docs/theory/perceptron.md.

    Parameters
    ----------
    overlap : shape (...)
        Cosine S with Hebb's classifier, from 0.01 to 0.9999.
    alpha, noise
        As for ``squared_overlap``, scalars.
    errors
        Share ε of the examples, from 0.0001 to 1; by default the training error of Hebb's.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If replica symmetry is unstable or has a second saddle, or no saddle is found, there being
        too few such classifiers.

    Examples
    --------
    >>> local_entropy([0.9, 0.6, 0.3], alpha=1.0, noise=0.5).round(4)
    array([-0.8371, -0.3228, -0.5032])
    """
    load = checks.real("alpha", alpha, low=0, strict=True)
    spread = checks.real("noise", noise, low=0, strict=True)
    share = float(training_error(load, noise=spread)) if errors is None else errors
    share = checks.real("errors", share, low=LEAST_ERRORS)
    if share > 1:
        raise checks.InputError(f"errors must be at most 1, got {share:g}")
    values = checks.array("overlap", np.ravel(overlap), ndim=1)
    if values.min() < LEAST_OVERLAP or values.max() > MOST_OVERLAP:
        raise checks.InputError(
            f"overlap must lie in [{LEAST_OVERLAP:g}, {MOST_OVERLAP:g}], "
            f"got {values.min():g}..{values.max():g}"
        )
    found = [saddle(float(S), alpha=load, noise=spread, errors=share) for S in values]
    return np.array([each.log_volume for each in found]).reshape(np.shape(overlap))


def _checked(alpha: ArrayLike, noise: ArrayLike) -> tuple[Array, Array]:
    found = []
    for name, value in (("alpha", alpha), ("noise", noise)):
        values = checks.array(name, np.ravel(value), ndim=1)
        if values.min() <= 0:
            raise checks.InputError(f"{name} must be greater than 0, got {values.min():g}")
        found.append(values.reshape(np.shape(value)))
    return found[0], found[1]


def _cosine(overlap: ArrayLike) -> Array:
    values = checks.array("overlap", np.ravel(overlap), ndim=1)
    if np.abs(values).max() > 1:
        worst = values[np.abs(values).argmax()]
        raise checks.InputError(f"overlap must lie in [-1, 1], got {worst:g}")
    return values.reshape(np.shape(overlap))
