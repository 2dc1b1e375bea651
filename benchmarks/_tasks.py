"""The same tasks by our functions and by the tools of others, each from a network and its data.

A task returns what it found, largest first, for comparison. PyHessian calls ``torch.eig``, which
torch no longer has; it is given one here, of the same meaning. hessian-eigenthings does not restart
its Lanczos iteration, and takes 40 steps. curvlinops keeps no basis in its density: its Lanczos
vectors lose their orthogonality, at less work; the range that it would have to find first is given
to it. Where a tool has no call for the cosines, its time is that of the Gram matrix that they
would be made of.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from scipy.sparse.linalg import eigsh
from torch import Tensor, nn

from benchmarks.curvature import TorchFunc
from benchmarks.empirical import gram_of_rows
from empirical.capture import Sample, capture
from empirical.data import Data
from empirical.estimates import clustering
from empirical.gauss_newton.spectrum import eigenvalues
from empirical.operators import Curvature
from empirical.operators.density import lanczos_density
from empirical.operators.lanczos import eigenpairs

# pyright: reportMissingImports=false

TOP = 10
TOLERANCE = 1e-3
STEPS = 80
PROBES = 2
PRODUCTS = 100
Task = Callable[[nn.Module, Data], Tensor | None]


def _sample(network: nn.Module, data: Data) -> Sample:
    return capture(network, data, dtype=torch.float32)


def _hessian(network: nn.Module, data: Data):
    return Curvature(network, data, dtype=torch.float32).H


def _gram(network: nn.Module, data: Data) -> None:
    _sample(network, data).gradients.gram()


def _cosines(network: nn.Module, data: Data) -> None:
    clustering.cosines(_sample(network, data))


def _spectrum(network: nn.Module, data: Data) -> Tensor:
    return eigenvalues(_sample(network, data))[:TOP]


def _top(network: nn.Module, data: Data) -> Tensor:
    return eigenpairs(_hessian(network, data), top=TOP, tolerance=TOLERANCE).values


def _density(network: nn.Module, data: Data) -> Tensor:
    found = lanczos_density(_hessian(network, data), steps=STEPS, probes=PROBES)
    return torch.from_numpy(found.nodes[:, -1:]).max(0).values


def _products(network: nn.Module, data: Data) -> None:
    H = _hessian(network, data)
    vector = torch.ones(H.D)
    for _ in range(PRODUCTS):
        H(vector)


def _vmap_gram(network: nn.Module, data: Data) -> None:
    gram_of_rows(network, data)


def _torch_func_products(network: nn.Module, data: Data) -> None:
    peer = TorchFunc(network, data)
    vector = torch.ones(sum(w.numel() for w in network.parameters()))
    for _ in range(PRODUCTS):
        peer.hessian(vector)


def _loader(data: Data) -> torch.utils.data.DataLoader:
    pairs = torch.utils.data.TensorDataset(data.inputs, data.targets)
    return torch.utils.data.DataLoader(pairs, batch_size=len(data))


def _nngeometry_gram(network: nn.Module, data: Data) -> None:
    from nngeometry.gram import GramMatrix

    GramMatrix(network, _loader(data))


def _nngeometry_spectrum(network: nn.Module, data: Data) -> Tensor:
    from nngeometry.metrics import FIM
    from nngeometry.object import FMatDense

    matrix = FIM(network, _loader(data), FMatDense, "classif_logits").data
    n = matrix.shape[0] * matrix.shape[1]
    values = torch.linalg.eigvalsh(matrix.reshape(n, n)).flip(0)
    return values[:TOP] / len(data)  # its matrix is a sum over examples


def _pyhessian(network: nn.Module, data: Data):
    from pyhessian import hessian

    network.zero_grad()  # it would add to the gradients of its last use
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using backward")
        pair = (data.inputs, data.targets)
        return hessian(network, nn.CrossEntropyLoss(), data=pair, cuda=False)


def _pyhessian_top(network: nn.Module, data: Data) -> Tensor:
    values, _ = _pyhessian(network, data).eigenvalues(top_n=TOP, tol=TOLERANCE)
    return torch.tensor(values, dtype=torch.float64)


def _eig(matrix: Tensor, eigenvectors: bool) -> tuple[Tensor, Tensor]:
    values, vectors = torch.linalg.eigh(matrix)
    return values[:, None], vectors


def _pyhessian_density(network: nn.Module, data: Data) -> Tensor:
    torch.eig = _eig
    nodes, _ = _pyhessian(network, data).density(iter=STEPS, n_v=PROBES)
    return torch.tensor(nodes).max()[None]


def _pyhessian_products(network: nn.Module, data: Data) -> None:
    from pyhessian.utils import hessian_vector_product

    peer = _pyhessian(network, data)
    vector = [torch.ones_like(w) for w in peer.params]
    for _ in range(PRODUCTS):
        hessian_vector_product(peer.gradsH, peer.params, vector)


def _eigenthings(network: nn.Module, data: Data):
    from hessian_eigenthings import HessianOperator, supervised_loss

    return HessianOperator(network, _loader(data), supervised_loss(nn.CrossEntropyLoss()))


def _eigenthings_top(network: nn.Module, data: Data) -> Tensor:
    from hessian_eigenthings import lanczos

    operator = _eigenthings(network, data)
    return lanczos(operator, k=TOP, max_iter=4 * TOP, tol=TOLERANCE, which="LA").eigenvalues


def _eigenthings_density(network: nn.Module, data: Data) -> Tensor:
    from hessian_eigenthings import spectral_density

    operator = _eigenthings(network, data)
    found = spectral_density(operator, num_runs=PROBES, lanczos_steps=STEPS)
    return found.raw_eigenvalues.max()[None]


def _eigenthings_products(network: nn.Module, data: Data) -> None:
    operator = _eigenthings(network, data)
    vector = torch.ones(operator.size)
    for _ in range(PRODUCTS):
        operator.matvec(vector)


def _curvlinops(network: nn.Module, data: Data):
    from curvlinops import HessianLinearOperator

    weights = list(network.parameters())
    pairs = [(data.inputs, data.targets)]
    return HessianLinearOperator(
        network, nn.CrossEntropyLoss(), weights, pairs, check_deterministic=False
    )


def _curvlinops_top(network: nn.Module, data: Data) -> Tensor:
    linear = _curvlinops(network, data).to_scipy()
    values = eigsh(
        linear,
        k=TOP,
        which="LA",
        tol=TOLERANCE,  # pyright: ignore[reportArgumentType] as scipy's default is the int 0
        return_eigenvectors=False,
    )
    return torch.from_numpy(values).sort(descending=True).values


def _curvlinops_density(network: nn.Module, data: Data) -> None:
    from curvlinops import lanczos_approximate_spectrum

    lanczos_approximate_spectrum(
        _curvlinops(network, data), STEPS, num_repeats=PROBES, boundaries=(-1.0, 10.0)
    )


def _curvlinops_products(network: nn.Module, data: Data) -> None:
    operator = _curvlinops(network, data)
    vector = torch.ones(operator.shape[1])
    for _ in range(PRODUCTS):
        _ = operator @ vector


TASKS: dict[str, dict[str, Task]] = {
    "gram": {"ours": _gram, "torch.func": _vmap_gram, "nngeometry": _nngeometry_gram},
    "cosines": {"ours": _cosines, "nngeometry": _nngeometry_gram},
    "spectrum": {"ours": _spectrum, "nngeometry": _nngeometry_spectrum},
    f"top_{TOP}_H": {
        "ours": _top,
        "pyhessian": _pyhessian_top,
        "hessian_eigenthings": _eigenthings_top,
        "curvlinops": _curvlinops_top,
    },
    "density": {
        "ours": _density,
        "pyhessian": _pyhessian_density,
        "hessian_eigenthings": _eigenthings_density,
        "curvlinops": _curvlinops_density,
    },
    f"{PRODUCTS}_H_products": {
        "ours": _products,
        "torch.func": _torch_func_products,
        "pyhessian": _pyhessian_products,
        "hessian_eigenthings": _eigenthings_products,
        "curvlinops": _curvlinops_products,
    },
}
