"""The dense path on a torch device: the spectra of many replicates at a time.

The noise of all n = N(C-1) rows within one eigenspace of dimension d is Bartlett's factor: zero
right of the diagonal, χ of d-i degrees of freedom on it, unit normals left of it, min(d, n) columns
in all. With the means' columns beside it this is X; its folded rows give the smaller of XᵀX and
XXᵀ for all replicates of a batch in one product, and their eigenvectors in one call.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from simulate.ensemble import Ensemble
from simulate.hessian import Spectrum, check_size, normalised
from simulate.one_draw.dual import contrasts, logit_root, roots
from simulate.spectral_on_device import power_spectra
from theory import checks, stream

if TYPE_CHECKING:
    import torch

GIB = 2**30
CPU_MEMORY = 1 * GIB  # of a batch where the device does not tell what is free
FREE_SHARE = 0.8  # of the free memory of a CUDA device
MOST, ENTRIES = 4096, 2**30  # matrices and entries of a batch; cuSOLVER's end at 2¹⁵ and 2³¹


def spectra(
    at: Callable[[int], Ensemble],
    *,
    seed: int,
    replicates: int,
    device: str,
    workers: int = 1,
    memory: float | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Spectrum]:
    """The full spectra of ``replicates`` ensembles ``at(i)`` of one size, drawn on a torch device.

    Replicate i seeds a generator of the device, and draws the χ, from ``stream(seed, "noise",
    i)``: its noise is the same in any batch, and the same law but other numbers on a CPU, on a
    CUDA device, and in ``simulate.hessian.sample``. All in float64.

    Parameters
    ----------
    device
        ``cpu``, ``cuda`` or ``cuda:INDEX``.
    workers
        Threads of the host, for what the device leaves to it.
    memory
        GiB that a batch may take; without it four fifths of what is free on a CUDA device, and 1
        on a CPU, or what one replicate takes.
    progress
        Called with the number of replicates of each batch after it.

    Raises
    ------
    InputError
        If torch or the device is not there, a replicate or a batch needs more memory than there
        is, an ensemble has curvature, or its spectrum has more than 50,000 eigenvalues.
    ArithmeticError
        If the device's eigensolver does not converge, or its result is wrong.
    """
    torch = _torch()
    where = _device(torch, device)
    first = at(0)
    if first.sigma_W:
        raise checks.InputError("sigma_H must be 0 on a device: leave the device out")
    check_size(first)
    batch = _batch(first, where, memory=memory)
    drawn: list[Spectrum] = []
    for start in range(0, replicates, batch):
        indices = range(start, min(start + batch, replicates))
        ensembles = [at(i) for i in indices]
        noise = [stream(seed, "noise", i) for i in indices]
        try:
            drawn += _batch_spectra(ensembles, noise, where, workers)
        except torch.linalg.LinAlgError as error:
            raise ArithmeticError(f"eigenvalues on {device}: {error}") from error
        except torch.OutOfMemoryError:
            raise checks.InputError(
                f"memory must be less than a batch of {batch} takes: {device} has too little"
            ) from None
        if progress is not None:
            progress(len(indices))
    return drawn


def _torch() -> ModuleType:
    try:
        import torch
    except ImportError:
        raise checks.InputError("device needs torch: pip install torch") from None
    return torch


def _device(torch: ModuleType, name: str) -> torch.device:
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        device = None
    if device is None or device.type not in ("cpu", "cuda"):
        raise checks.InputError(f"device must be cpu, cuda or cuda:INDEX, got {name!r}")
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            raise checks.InputError(f"device {name} is not there: torch sees {count} CUDA devices")
    return device


def _width(e: Ensemble) -> int:
    """Columns of X."""
    n = e.p.shape[0] * (e.p.shape[1] - 1)
    return len(e.spread) + sum(min(d, n) for _, d in e.rest)


def _bytes(e: Ensemble) -> int:
    """Device memory of each replicate of a batch: X, X folded, and their product."""
    n = e.p.shape[0] * (e.p.shape[1] - 1)
    return 8 * (2 * n * _width(e) + e.rank**2)


def _once(e: Ensemble) -> int:
    """Device memory that a batch takes once: rows that are drawn, the eigensolver's matrices."""
    n = e.p.shape[0] * (e.p.shape[1] - 1)
    return 8 * (n * _width(e) + 6 * e.rank**2)


def _batch(e: Ensemble, device: torch.device, *, memory: float | None) -> int:
    """Replicates at a time.

    Raises
    ------
    InputError
        If the memory does not hold one replicate.
    """
    each, once = _bytes(e), _once(e)
    if memory is not None:
        limit = checks.real("memory", memory, low=0, strict=True) * GIB
    elif device.type == "cuda":
        import torch

        idle = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        limit = FREE_SHARE * (torch.cuda.mem_get_info(device)[0] + idle)
    else:
        limit = max(CPU_MEMORY, once + each)
    if once + each > limit:
        raise checks.InputError(
            f"memory must be at least {(once + each) / GIB:.3g} GiB for one replicate, "
            f"got {limit / GIB:.3g} GiB"
        )
    return min(int((limit - once) // each), max(ENTRIES // e.rank**2, 1), MOST)


def _batch_spectra(
    ensembles: list[Ensemble],
    noise: list[np.random.Generator],
    device: torch.device,
    workers: int,
) -> list[Spectrum]:
    """Spectra of ensembles that share the softmax outputs and K_C.

    Raises
    ------
    ArithmeticError
        As ``power_spectra``.
    """
    import torch

    def put(x: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(np.ascontiguousarray(x), device=device)

    e = ensembles[0]
    N, C = e.p.shape
    n, Q = N * (C - 1), contrasts(C)
    S, r = put(roots(e.p).transpose(0, 2, 1) / np.sqrt(N)), put((e.r @ Q).reshape(-1) / N)
    L = None if e.mix is None else put(logit_root(e))
    X = r.new_zeros(len(ensembles), N, C - 1, max(map(_width, ensembles)))
    for x, member, rng in zip(X, ensembles, noise, strict=True):
        Z = _rows(member, rng=rng, device=device).reshape(N, C - 1, -1)
        x[:, :, : Z.shape[-1]] = Z if L is None else L @ Z
        x[:, :, : member.means.shape[1]] += put(Q.T @ member.means[member.rows])

    g = r @ X.reshape(len(X), n, -1)
    Y = (S @ X).reshape(len(X), n, -1)
    del X
    in_weights = Y.shape[-1] < n
    H = Y.mT @ Y if in_weights else Y @ Y.mT
    along = g if in_weights else (Y @ g[:, :, None])[:, :, 0]
    del Y
    eigenvalues, power = power_spectra(H, along, workers=workers)
    if not in_weights:
        power /= np.where(eigenvalues > 0, eigenvalues, np.inf)
    lengths = torch.linalg.vector_norm(g, dim=1).cpu().numpy()
    return [
        normalised(values, share, float(norm), semidefinite=True)
        for values, share, norm in zip(eigenvalues, power, lengths, strict=True)
    ]


def _rows(e: Ensemble, *, rng: np.random.Generator, device: torch.device) -> torch.Tensor:
    """Noise of independent rows with unit covariance across logits, (N(C-1), width)."""
    import torch

    n = e.p.shape[0] * (e.p.shape[1] - 1)
    generator = torch.Generator(device).manual_seed(int(rng.integers(2**63)))
    Z = torch.randn(n, _width(e), generator=generator, device=device, dtype=torch.float64)
    start = len(e.spread)
    Z[:, :start] *= torch.as_tensor(e.spread, device=device)
    for deviation, d in e.rest:
        width = min(d, n)
        chi = np.sqrt(rng.chisquare(d - np.arange(width)))
        block = Z[:, start : start + width]
        block.tril_()
        block.diagonal().copy_(torch.as_tensor(chi))
        block *= deviation
        start += width
    return Z
