r"""How far a new Lanczos vector is from orthogonal to those before it, without reading these.

In exact arithmetic the three-term recurrence makes each vector orthogonal to all others. In
floating point what is lost obeys the same recurrence: ``ω_{j,k} = q_j·q_k`` follows from the
entries α, β of the tridiagonal matrix T and from rounding errors of known size (Simon 1984, Linear
Algebra Appl. 61, 101). While all ``|ω|`` stay below ``√eps`` the vectors are semi-orthogonal, and T
is the operator's projection on their span to ``eps ‖A‖``: no eigenvalue is found twice. The loss
takes some steps to grow from ``eps`` to ``√eps``, and grows along converged eigenvectors, which the
first vectors span.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PART = 0.1  # of √eps: smaller products are left as they are


class Loss:
    """Estimates of ``ω_{j,k}`` for one vector j after the other.

    Rounding errors are taken as ``eps`` of a row of T, with the sign that adds. That holds if α and
    β are sums that are more precise than the vectors. An estimate, most often ten times the true
    product, but no bound: some by which ``√eps`` was exceeded twentyfold have been seen.

    Parameters
    ----------
    eps
        Machine precision of the vectors.
    """

    def __init__(self, eps: float) -> None:
        self.eps = eps
        self._last = np.zeros(0)
        self._now = np.ones(1)

    def after(self, alpha: NDArray[np.float64], beta: NDArray[np.float64]) -> int:
        """Go on to the next vector: how many of the first ones it must be made orthogonal to.

        0 if it is semi-orthogonal to all before it. ``α_0 … α_j`` and ``β_0 … β_j`` are those known
        by then; ``β_j`` is the length that the next vector has before it is divided by it.
        """
        j = len(alpha) - 1
        before = np.r_[0.0, beta[:-1]]
        rounding = self.eps * (np.abs(alpha) + beta + before)
        omega = (alpha[:j] - alpha[j]) * self._now[:j] + beta[:j] * self._now[1:]
        omega[1:] += before[1:j] * self._now[: max(j - 1, 0)]
        omega -= before[j] * self._last
        omega += np.copysign(rounding[:j] + rounding[j], omega)
        omega = np.r_[omega, rounding[j]] / max(beta[j], rounding[j])
        self._last, self._now = self._now, np.r_[omega, 1.0]
        lost = np.abs(omega) / self.eps**0.5
        return 1 + int(np.flatnonzero(lost > PART)[-1]) if lost.max() > 1 else 0

    def restored(self, count: int) -> None:
        """The vector was made orthogonal to the first ``count``, to rounding."""
        self._now[:count] = self.eps
