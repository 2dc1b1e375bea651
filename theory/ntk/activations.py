r"""Dual activations: ``E φ(u)φ(v)`` and ``E φ'(u)φ'(v)`` for Gaussian u and v.

``Λ (N, N)`` is the covariance of the pre-activations of N inputs. ReLU and erf are in closed form
(Cho and Saul 2009; Williams 1996); tanh and GELU by Mehler's series: with
``h_n(s) = E φ(s x) He_n(x)/√n!``,

    E φ(u)φ(v) = Σ_n h_n(√Λ_uu) h_n(√Λ_vv) ρ^n ,   ρ the correlation.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import erf as error_function
from scipy.special import roots_hermitenorm

from theory.arrays import Array

Dual = Callable[[Array], tuple[Array, Array]]
NODES = 300  # of Gauss-Hermite quadrature, and so many terms but for the last third
TERMS = 200


def relu(covariance: Array) -> tuple[Array, Array]:
    """``√(ab)(sin θ + (π - θ) cos θ)/2π`` and ``(π - θ)/2π``, θ the angle between u and v.

    Examples
    --------
    >>> relu(np.eye(2))[0] * 2 * np.pi
    array([[3.14159265, 1.        ],
           [1.        , 3.14159265]])
    """
    scale = np.sqrt(np.outer(covariance.diagonal(), covariance.diagonal()))
    cosine = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)
    cosine = cosine.clip(-1, 1)
    np.fill_diagonal(cosine, 1.0)
    angle = np.arccos(cosine)
    value = scale * (np.sqrt(1 - cosine**2) + (np.pi - angle) * cosine) / (2 * np.pi)
    return value, (np.pi - angle) / (2 * np.pi)


def erf(covariance: Array) -> tuple[Array, Array]:
    """``(2/π) arcsin(2c/√((1+2a)(1+2b)))`` and ``(4/π)/√((1+2a)(1+2b) - 4c²)``."""
    own = 1 + 2 * covariance.diagonal()
    square = np.outer(own, own)
    value = 2 / np.pi * np.arcsin(2 * covariance / np.sqrt(square))
    return value, 4 / np.pi / np.sqrt(square - 4 * covariance**2)


def tanh(covariance: Array) -> tuple[Array, Array]:
    """By the series; to 1e-9 for variances of pre-activations up to 2, 1e-4 up to 20."""
    return _series(np.tanh, lambda u: 1 / np.cosh(u.clip(-300, 300)) ** 2, covariance)


def gelu(covariance: Array) -> tuple[Array, Array]:
    """``φ(u) = u Φ(u)`` by the series; to 1e-9 for variances of pre-activations up to 5."""
    return _series(
        lambda u: u * _normal_cdf(u),
        lambda u: _normal_cdf(u) + u * np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi),
        covariance,
    )


DUALS: dict[str, Dual] = {"relu": relu, "erf": erf, "tanh": tanh, "gelu": gelu}
"""Dual activation by the activation's name."""


def _normal_cdf(u: Array) -> Array:
    return (1 + error_function(u / np.sqrt(2))) / 2


def _series(
    function: Callable[[Array], Array], derivative: Callable[[Array], Array], covariance: Array
) -> tuple[Array, Array]:
    scale = np.sqrt(covariance.diagonal())
    product = np.outer(scale, scale)
    cosine = np.divide(covariance, product, out=np.zeros_like(covariance), where=product > 0)
    cosine = cosine.clip(-1, 1)
    np.fill_diagonal(cosine, 1.0)
    nodes, weights = roots_hermitenorm(NODES)
    polynomials = np.empty((TERMS, NODES))  # He_n(x)/√n! times the weight
    polynomials[0] = weights / weights.sum()
    polynomials[1] = nodes * polynomials[0]
    for n in range(1, TERMS - 1):
        polynomials[n + 1] = nodes * polynomials[n] - np.sqrt(n) * polynomials[n - 1]
        polynomials[n + 1] /= np.sqrt(n + 1)
    at = scale[:, None] * nodes
    found = []
    for each in (function, derivative):
        h = each(at) @ polynomials.T
        total = np.zeros_like(covariance)
        for n in range(TERMS - 1, -1, -1):
            total = total * cosine + np.outer(h[:, n], h[:, n])
        found.append(total)
    return found[0], found[1]
