"""What the model needs of a wide network at initialisation, from its tangent kernel alone."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import InputError


class AtInitialisation:
    r"""The random model's parameters and the spectrum of G, where ``J_{μk}·J_{νl} = δ_kl Θ_μν``.

    Means over pairs are over different examples, as the estimates of a measured network are.

    Parameters
    ----------
    tangent : shape (N, N)
        Tangent kernel Θ of the examples, as ``theory.ntk.kernels`` gives it.
    p : shape (N, C)
        Softmax outputs: those of a network, or of Gaussian logits of ``Kernels.covariance``.
    labels : shape (N,)
        Class of each example; each of the C classes at least twice.

    Raises
    ------
    InputError
        If an argument is out of its bounds, there are fewer than 4 examples, or a class has fewer
        than 2.

    Examples
    --------
    >>> from theory.ntk import kernels
    >>> x = np.random.default_rng(0).standard_normal((40, 8))
    >>> found = kernels(x, hidden=[100, 100])
    >>> model = AtInitialisation(found.tangent, np.full((40, 2), 0.5), np.arange(40) % 2)
    >>> round(model.q_SL, 2), model.q_DL
    (0.41, 0.0)
    >>> bool(np.isclose(model.eigenvalues.sum(), model.trace))
    True
    """

    def __init__(self, tangent: ArrayLike, p: ArrayLike, labels: ArrayLike) -> None:
        self.p = checks.probabilities(p)
        N, C = self.p.shape
        self.tangent = checks.gram(tangent, size=N, name="tangent")
        self.labels = checks.classes("labels", labels, N=N, C=C)
        sizes = np.bincount(self.labels, minlength=C)
        if sizes.min() < 2:
            raise InputError(f"labels must hold each class at least twice, got {sizes.min()}")
        self._members = np.eye(C)[self.labels] / sizes

    @property
    def N(self) -> int:
        """Number of examples."""
        return self.p.shape[0]

    @property
    def C(self) -> int:
        """Number of classes."""
        return self.p.shape[1]

    @cached_property
    def q_SLSC(self) -> float:
        """Mean cosine of logit gradients of the same logit and class."""
        return float(self._of_classes(self._cosines).diagonal().mean())

    @cached_property
    def q_SL(self) -> float:
        """Mean cosine of logit gradients of the same logit."""
        return float(_over_pairs(self._cosines))

    @property
    def q_DL(self) -> float:
        """Mean cosine of logit gradients of different logits: 0."""
        return 0.0

    def Gamma(self, level: str = "cluster") -> Array:
        """Gram matrix of the means: ``FG (C, C)``, or ``cluster (C², C²)`` at index ``y·C + k``.

        ``δ_kl`` times the mean of Θ over pairs of examples of the two classes; its negative
        eigenvalues, which few examples make, are set to zero and the others lowered to keep the
        trace.

        Parameters
        ----------
        level
            ``FG`` or ``cluster``.
        """
        if self._by_class(level):
            means = _nearest_gram(self._of_classes(self.tangent))
            return np.kron(means, np.eye(self.C)).astype(np.float64)
        return max(_over_pairs(self.tangent), 0.0) * np.eye(self.C)

    def sigma_c(self, level: str = "cluster") -> float:
        """Root-mean-square length of a mean logit gradient, of ``FG`` or ``cluster``."""
        if not self._by_class(level):
            return float(np.sqrt(max(_over_pairs(self.tangent), 0)))
        own = self._of_classes(self.tangent).diagonal()[self.labels]
        return float(np.sqrt(max(own.mean(), 0)))

    def sigma_E(self, level: str = "cluster") -> float:
        """Root-mean-square length of the deviation from that mean."""
        return float(np.sqrt(self.tangent.diagonal().mean() - self.sigma_c(level) ** 2))

    @cached_property
    def effective_dimension(self) -> float:
        """``(tr T)²/tr T²`` of the deviations at level FG; T holds each logit's own directions.

        ``C σ_E⁴`` over the mean square of the centred kernel over pairs, unbiased by U-centring
        (Székely and Rizzo 2014); infinite where no two deviations share a direction.

        Raises
        ------
        InputError
            If there are fewer than 4 examples.
        """
        N = self.N
        if N < 4:
            raise InputError(f"tangent must be of at least 4 examples, got {N}")
        off = self.tangent - np.diag(self.tangent.diagonal())
        rows = off.sum(axis=1) / (N - 2)
        centred = off - rows[:, None] - rows + off.sum() / ((N - 1) * (N - 2))
        np.fill_diagonal(centred, 0.0)
        square = (centred**2).sum() / (N * (N - 3))
        with np.errstate(divide="ignore"):
            return float(np.divide(self.C * self.sigma_E("FG") ** 4, square))

    @cached_property
    def noise_spectrum(self) -> Array:
        """Eigenvalues of T at level FG, descending: of the centred kernel over N, C times each 1/C.

        A sample's: with fewer examples than dimensions the largest are too large.
        """
        centred = self.tangent - self.tangent.mean(axis=0)
        centred -= centred.mean(axis=1, keepdims=True)
        values = np.linalg.eigvalsh(centred)[:0:-1].clip(min=0) / (self.N - 1)
        return np.repeat(values / self.C, self.C)

    @cached_property
    def trace(self) -> float:
        """``Tr G = (1/N) Σ_μ Θ_μμ tr A_μ``."""
        return float((self.tangent.diagonal() * (1 - (self.p**2).sum(axis=1))).mean())

    @property
    def eigenvalues(self) -> Array:
        """Non-zero eigenvalues of G, descending: of ``(1/N) Sᵀ(Θ ⊗ 1)S`` with ``SSᵀ = A``."""
        return self._spectrum[0]

    @cached_property
    def gradient_norm(self) -> float:
        """``‖g‖``, from ``‖g‖² = (1/N²) Σ_μν Θ_μν r_μ·r_ν``."""
        r = self._residuals
        return float(np.sqrt(np.einsum("mk,mn,nk->", r, self.tangent, r))) / self.N

    @property
    def gradient_power(self) -> Array:
        """Share of ``‖g‖²`` on the eigenvector of each eigenvalue."""
        return self._spectrum[1]

    @cached_property
    def _spectrum(self) -> tuple[Array, Array]:
        N, C = self.p.shape
        S = _roots(self.p)
        M = np.einsum("mki,mn,nkj->minj", S, self.tangent / N, S, optimize=True)
        values, vectors = np.linalg.eigh(M.reshape(N * (C - 1), -1))
        image = np.einsum("mki,mk->mi", S, self.tangent @ self._residuals).ravel() / N
        safe = values > np.finfo(float).eps * np.sqrt(values.size) * values[-1]
        power = np.zeros(values.size)
        power[safe] = (image @ vectors[:, safe]) ** 2 / (N * values[safe])
        if power.any():
            power /= self.gradient_norm**2
        return values[::-1].clip(min=0), power[::-1]

    @property
    def _residuals(self) -> Array:
        return self.p - np.eye(self.C)[self.labels]

    @cached_property
    def _cosines(self) -> Array:
        length = np.sqrt(self.tangent.diagonal())
        return self.tangent / np.outer(length, length)

    def _of_classes(self, kernel: Array) -> Array:
        """Its means over pairs of different examples of classes a and b, ``(C, C)``."""
        sizes = np.bincount(self.labels, minlength=self.C)
        out = self._members.T @ kernel @ self._members
        own = self._members.T @ kernel.diagonal() / sizes
        np.fill_diagonal(out, (out.diagonal() - own) * sizes / (sizes - 1))
        return out

    def _by_class(self, level: str) -> bool:
        return checks.choice("level", level, ("FG", "cluster")) == "cluster"


def _over_pairs(kernel: Array) -> float:
    N = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (N * (N - 1)))


def _nearest_gram(kernel: Array) -> Array:
    """The nearest positive semi-definite matrix of the same trace."""
    values, vectors = np.linalg.eigh(kernel)
    ranked = values[::-1]
    excess = (np.cumsum(ranked) - max(ranked.sum(), 0.0)) / np.arange(1, ranked.size + 1)
    shift = excess[np.flatnonzero(ranked > excess)[-1]]
    return (vectors * (values - shift).clip(min=0)) @ vectors.T


def _roots(p: Array) -> Array:
    """``S (N, C, C-1)`` with ``S_μ S_μᵀ = diag(p) - p pᵀ``.

    ``diag(√p)`` times the reflection that takes ``√p`` to minus the last axis, without its column.
    """
    root = np.sqrt(p)
    u, last = root[:, :-1], root[:, -1]
    reflection = np.eye(u.shape[1]) - u[:, :, None] * (u / (1 + last)[:, None])[:, None, :]
    rows = np.concatenate([reflection, -u[:, None, :]], axis=1)
    return root[:, :, None] * rows
