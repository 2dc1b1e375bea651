"""Inner products of logit gradients, and linear maps on the examples applied to them.

A change of the gradients that mixes examples, ``J → L J``, is ``K → L K Lᵀ`` on ``K = J Jᵀ``: so
group means are taken out of the N·C gradients without the gradients ever being formed.
"""

from __future__ import annotations

from torch import Tensor

from empirical.jacobian.gradients import LogitGradients
from empirical.machine import memory as bounds


def gram(
    gradients: LogitGradients, S: Tensor | None = None, *, memory: int | None = None
) -> Tensor:
    """``K = J Jᵀ``, all of it and not half, of ``J_μ`` or of the rows ``S_μᵀ J_μ``.

    Parameters
    ----------
    S
        Shape ``(N, C, K')``; then the result has the shape ``(N K', N K')``, else ``(N C, N C)``.
    memory
        Most bytes to use; by default what is free.

    Raises
    ------
    InputError
        If K and three matrices of its size would not fit into the memory.
    """
    rows = gradients.N * (gradients.K if S is None else S.shape[2])
    bounds.require(
        4 * rows * rows * gradients.dtype.itemsize,
        memory=memory,
        device=gradients.layers[0].linear_part.device,
        work=f"the inner products of {rows} logit gradients",
    )
    K = gradients.gram(S)
    return K.tril_().add_(K.tril(-1).T)


def mixed(K: Tensor, S: Tensor) -> Tensor:
    """``S_μᵀ K_{μν} S_ν``: inner products of the rows ``S_μᵀ J_μ``, shape ``(N K', N K')``.

    Parameters
    ----------
    K
        Symmetric, shape ``(N C, N C)``.
    S
        Shape ``(N, C, K')``.
    """
    for _ in range(2):
        K = (S.mT @ K.reshape(*S.shape[:2], -1)).flatten(0, 1).T
    return K


def project_out(K: Tensor, u: Tensor, groups: Tensor) -> Tensor:
    """``(I - U Uᵀ) K (I - U Uᵀ)``: inner products of rows without a mean of their group.

    The columns of U are the parts of ``u`` in each group, of length one or zero: ``u = 1/√n`` takes
    out plain means over n rows, ``u = √(w/Σw)`` those of rows ``√w g`` whose g have weights w. Rows
    with ``u = 0`` stay. The error is ``eps`` times the largest eigenvalue of K.

    Parameters
    ----------
    K
        Symmetric, shape ``(n, n)``; left as it is.
    u
        Shape ``(n,)``.
    groups
        Group of each row, from 0; shape ``(n,)``.
    """
    out = K.clone()
    for side in (out, out.T):
        along = out.new_zeros(int(groups.max()) + 1, len(K))
        along.index_add_(0, groups, u[:, None] * side)
        side -= u[:, None] * along[groups]
    return out
