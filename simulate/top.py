"""The top of the spectrum, matrix-free: k eigenpairs and the gradient's power on them, at any D.

Rayleigh-Ritz on a space that starts from the means and the gradient and grows where the wanted
pairs leave it, in a draw that is made only where it is looked at (``simulate.lazy_draw``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh

from simulate.ensemble import Ensemble, Model, ensemble
from simulate.one_draw.lazy_draw import Explored
from theory import checks
from theory.arrays import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Top:
    """The top k eigenpairs of the Hessian.

    Attributes
    ----------
    eigenvalues : shape (k,)
        Descending, in nats per unit of weight squared.
    residuals : shape (k,)
        RMS length of ``H v - λ v`` over what has not been drawn: a bound on the eigenvalue's error.
    gradient_power : shape (k,)
        Fraction of ``‖g‖²`` on each eigenvector (zero where g vanishes).
    gradient_norm
        ``‖g‖``, in nats per unit of weight.
    coefficients : shape (k, N, C), or None with curvature
        Sample-space form ``a`` of the unit eigenvectors ``v_i = Σ_{μk} a_{iμk} J_{μk}``, signed
        so that ``v_i·g ≥ 0``; each example's C coefficients sum to zero.
    """

    eigenvalues: Array
    residuals: Array
    gradient_power: Array
    gradient_norm: float
    coefficients: Array | None

    @property
    def lambda_max(self) -> float:
        """Largest eigenvalue."""
        return float(self.eigenvalues[0])


def top(
    p: ArrayLike,
    r: ArrayLike,
    *,
    k: int,
    tolerance: float = 1e-8,
    directions: int = 1000,
    rng: np.random.Generator,
    **model: Unpack[Model],
) -> Top:
    """The k largest eigenvalues of the Hessian and the gradient's power on them, in one draw.

    Exact in distribution up to the tolerance, with the gradient exact. With j directions looked at
    it takes O(N C j²) time and ``8 N C ((1 + e) j + q)`` bytes at any D: e is the number of large
    eigenspaces of T, q the rank of the means plus the number of T's other eigenvalues. The
    outliers need a few directions each; eigenvalues inside the bulk need many. Derived in
    docs/theory/sampling.md.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    r : shape (N, C)
        Residuals ``p - onehot(y)``.
    k
        Eigenpairs, at most the rank of the Hessian.
    tolerance
        Largest residual, as a share of the largest eigenvalue; at least 1e-12.
    directions
        Most directions that are looked at.
    model
        As for ``simulate.hessian.spectrum``; with curvature D is not bounded.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ArithmeticError
        If the residuals stay above the tolerance.

    Examples
    --------
    >>> from theory import stream
    >>> p = np.full((60, 3), 1 / 3)
    >>> r = p - np.eye(3)[np.arange(60) % 3]
    >>> top(p, r, k=2, Gamma=np.eye(3), sigma_E=0.1, D=10**12, rng=stream(0)).eigenvalues.round(3)
    array([0.333, 0.333])
    """
    e = ensemble(p, r, **model)
    return sample(e, k=k, tolerance=tolerance, directions=directions, rng=rng)


def sample(
    e: Ensemble,
    *,
    k: int,
    tolerance: float = 1e-8,
    directions: int = 1000,
    rng: np.random.Generator,
) -> Top:
    """``top`` of an ensemble that has been checked."""
    return explore(e, k=k, tolerance=tolerance, directions=directions, rng=rng)[0]


def explore(
    e: Ensemble, *, k: int, tolerance: float, directions: int, rng: np.random.Generator
) -> tuple[Top, Explored, Array]:
    """The eigenpairs, what is known of the draw, and ``F c`` (k, N·C) of each.

    Raises
    ------
    InputError
        If k is not between 1 and the rank, or tolerance or directions is too small.
    ArithmeticError
        If more than so many directions are needed.
    """
    noisy = len(e.spread) + sum(d for deviation, d in e.rest if deviation > 0)
    rank = e.rank if e.sigma_W else min(e.rank, noisy)
    if checks.count("k", k) > rank:
        raise checks.InputError(f"k must be at most {rank}, the Hessian's rank, got {k}")
    tolerance = checks.real("tolerance", tolerance, low=1e-12)
    checks.count("directions", directions)

    known = Explored(e, rng=rng)

    def afford(more: int) -> None:
        if known.looked + more > directions:
            raise ArithmeticError(
                f"{k} eigenpairs need more than {directions} directions: "
                "ask for fewer, a larger tolerance or more directions"
            )

    missing = max(k - len(known.g), 0)
    afford(missing)
    known.wander(missing)
    while True:
        m = len(known.g)
        values, c = eigh(known.H, subset_by_index=(m - k, m - 1))
        values, c = values[::-1], c[:, ::-1].T
        c = c * np.sign(c[np.arange(k), np.abs(c).argmax(axis=1)])[:, None]  # LAPACK's sign is free
        z = known.sources(c)
        by_noise, by_curvature = known.residuals(c, z)
        allowed = tolerance * np.abs(values).max()
        look, bend = by_noise > allowed, by_curvature > allowed
        if not (look.any() or bend.any()):
            break
        afford(int(look.sum()))
        known.look(z[look])
        known.bend(c[bend])

    slopes, norm = c @ known.g, float(np.linalg.norm(known.g))
    power = (slopes / norm) ** 2 if norm > 0 else np.zeros(k)
    if not e.sigma_W:
        _share_null_space(power, values, rank=e.rank)
    c = c * np.where(slopes < 0, -1, 1)[:, None]
    rows, coefficients = known.F.combine(c), None
    if not e.sigma_W:
        coefficients = known.unfold(rows.copy()).reshape(k, *e.p.shape)
        coefficients /= np.where(values > 0, values, np.inf)[:, None, None]
    found = Top(
        eigenvalues=values,
        residuals=np.hypot(by_noise, by_curvature),
        gradient_power=power,
        gradient_norm=norm,
        coefficients=coefficients,
    )
    return found, known, rows


def _share_null_space(power: Array, values: Array, *, rank: int) -> None:
    """On eigenvalues of zero, whose eigenvectors are arbitrary, what others leave in equal parts.

    As a full spectrum has it (``simulate.hessian.normalised``); in place.
    """
    null = values <= rank * np.finfo(float).eps * values[0]
    if null.any() and power.any():
        power[null] = max(1 - power[~null].sum(), 0) / (rank - int((~null).sum()))
