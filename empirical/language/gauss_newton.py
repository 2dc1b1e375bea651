r"""Products with the G-term of a language model, the softmax blocks applied in closed form.

For a vector v of weights with parts V of W, β of b and v' of the body,

    (J v)_μ = V h_μ + β + W B_μ v',        q_μ = A_μ (J v)_μ / N,
    G v = (Σ_μ q_μ h_μᵀ, Σ_μ q_μ, Σ_μ B_μᵀ Wᵀ q_μ).

Beside the logits of a few windows and their change nothing of the size N·C exists, and nothing of
the size of the Jacobian.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.language.readout import Readout, softmax_in_place
from empirical.machine import memory as bounds
from empirical.operators.curvature import Operator
from empirical.operators.lanczos import Eigenpairs, eigenpairs

VECTORS = 6  # of all weights beside the basis: the network, a direction, images and their parts
EXTRA = 12  # vectors of Lanczos' basis beyond those wanted: it is full, and shrinks, soon


def G(readout: Readout) -> Operator:
    """The G-term of the mean next-token loss over all places, ``(1/N) Σ_μ J_μᵀ A_μ J_μ``.

    Products cost ``10 N C d`` operations beside a few runs of the body.

    Examples
    --------
    >>> from empirical import networks
    >>> from empirical.language import Windows
    >>> network = networks.transformer(classes=5, context=2, width=4, depth=1, seed=0)
    >>> words = Windows.of(torch.arange(9) % 5, context=2, classes=5)
    >>> operator = G(Readout(network, words))
    >>> direction = torch.ones(operator.D, dtype=torch.float64)
    >>> bool(direction @ operator(direction) > 0)
    True
    """

    def apply(vectors: Tensor) -> Tensor:
        return torch.stack([_product(readout, vector) for vector in vectors])

    return Operator(apply, readout.D, readout.dtype, readout.device)


def _product(readout: Readout, vector: Tensor) -> Tensor:
    body, V, beta = readout.split(vector)
    out = torch.zeros_like(vector)
    body_out, W_out, b_out = readout.split(out)
    for windows in readout.chunks():
        run = readout.run(windows)
        h, change = run.h, run.changed(body)
        p = readout.outputs(h)
        q = torch.addmm(beta, h, V.T).addmm_(change, readout.W.T)
        blocks(p, q).div_(readout.N)
        del p
        W_out.addmm_(q.T, h)
        b_out += q.sum(0)
        along = q @ readout.W
        del q
        for total, part in zip(body_out, run.pulled(along), strict=True):
            total += part
    return out


def blocks(p: Tensor, v: Tensor) -> Tensor:
    """``A v`` of each row in place of v; both ``(rows, C)``.

    ``A 1 = 0``, so v is taken relative to its entry at the largest output: where that is near 1
    nothing cancels.

    Examples
    --------
    >>> blocks(torch.tensor([[0.5, 0.5]]), torch.tensor([[3.0, 1.0]]))
    tensor([[ 0.5000, -0.5000]])
    """
    v -= v.gather(1, p.argmax(1, keepdim=True))
    v -= torch.einsum("nk,nk->n", p, v)[:, None]
    return v.mul_(p)


@dataclass(frozen=True, eq=False)
class Loss:
    """The mean next-token loss of a network and its gradient.

    Parameters
    ----------
    value
        In nat.
    gradient
        ``g``, shape ``(D,)``.
    """

    value: float
    gradient: Tensor


def loss(readout: Readout) -> Loss:
    """The mean cross-entropy over all places, and its gradient ``(1/N) Σ_μ J_μᵀ r_μ``."""
    out = readout.zeros(readout.D)
    body_out, W_out, b_out = readout.split(out)
    total = 0.0
    for windows in readout.chunks():
        run = readout.run(windows)
        h = run.h
        labels = readout.labels(windows)
        z = readout.logits(h)
        total += float((z.logsumexp(1) - z.gather(1, labels)[:, 0]).double().sum())
        r = softmax_in_place(z)
        r.scatter_(1, labels, 0)
        r.scatter_(1, labels, -r.sum(1, keepdim=True)).div_(readout.N)
        W_out.addmm_(r.T, h)
        b_out += r.sum(0)
        along = r @ readout.W
        del z, r
        for each, part in zip(body_out, run.pulled(along), strict=True):
            each += part
    return Loss(total / readout.N, out)


def needed(readout: Readout, *, top: int) -> int:
    """Bytes that ``leading`` takes at most, beside the program and the windows.

    Lanczos' basis and its images, and beside them the most of three: what replaces a full basis;
    eigenvectors with their residuals; the logits of the windows that are run at a time and their
    change.
    """
    basis = min(top + EXTRA, readout.D)
    kept = basis - (basis - top) // 2
    rows = min(readout.at_a_time, len(readout.windows)) * readout.windows.each
    passing = max(max(kept, 3 * top) * readout.D, 2 * rows * readout.C)
    return ((2 * basis + VECTORS) * readout.D + passing) * readout.dtype.itemsize


def leading(
    readout: Readout,
    *,
    top: int,
    tolerance: float = 1e-3,
    seed: int = 0,
    memory: int | None = None,
) -> Eigenpairs:
    """The ``top`` largest eigenvalues of G with their eigenvectors, by Lanczos.

    Parameters
    ----------
    tolerance
        Of a residual, relative to its eigenvalue.
    seed
        Root of the random start.
    memory
        Most bytes to use; by default what is free.

    Raises
    ------
    InputError
        If ``needed`` bytes do not fit, before the work starts; and as ``eigenpairs``.
    """
    bounds.require(
        needed(readout, top=top),
        memory=memory,
        device=readout.device,
        work=f"{top} eigenvalues of G in {readout.D} weights",
        instead="take fewer of them or float32",
    )
    return eigenpairs(
        G(readout),
        top=top,
        tolerance=tolerance,
        basis=min(top + EXTRA, readout.D),
        seed=seed,
        memory=memory,
    )
