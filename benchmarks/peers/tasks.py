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
from functools import partial

import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor, nn

from benchmarks.curvature import Product, TorchFunc
from benchmarks.empirical import gram_of_rows
from benchmarks.peers import single_tasks as other
from empirical.capture import Sample, capture
from empirical.data import Data
from empirical.estimates import clustering
from empirical.gauss_newton.spectrum import eigenvalues
from empirical.operators import Curvature
from empirical.operators.curvature import Term
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


def _curvature(network: nn.Module, data: Data, term: Term):
    return Curvature(network, data, dtype=torch.float32).term(term)


def _gram(network: nn.Module, data: Data) -> None:
    _sample(network, data).gradients.gram()


def _cosines(network: nn.Module, data: Data) -> None:
    clustering.cosines(_sample(network, data))


def _spectrum(network: nn.Module, data: Data) -> Tensor:
    return eigenvalues(_sample(network, data))[:TOP]


def _top(network: nn.Module, data: Data, *, term: Term) -> Tensor:
    return eigenpairs(_curvature(network, data, term), top=TOP, tolerance=TOLERANCE).values


def _density(network: nn.Module, data: Data) -> Tensor:
    found = lanczos_density(_curvature(network, data, "H"), steps=STEPS, probes=PROBES)
    return torch.from_numpy(found.nodes[:, -1:]).max(0).values


def _products(network: nn.Module, data: Data, *, term: Term) -> None:
    operator = _curvature(network, data, term)
    vector = torch.ones(operator.D)
    for _ in range(PRODUCTS):
        operator(vector)


def _vmap_gram(network: nn.Module, data: Data) -> None:
    gram_of_rows(network, data)


def _torch_func(network: nn.Module, data: Data, term: Term) -> Callable[[Tensor], Tensor]:
    peer = TorchFunc(network, data)
    return peer.hessian if term == "H" else peer.gauss_newton


def _torch_func_top(network: nn.Module, data: Data, *, term: Term) -> Tensor:
    D = sum(w.numel() for w in network.parameters())
    return _eigsh(Product(_torch_func(network, data, term), D))


def _torch_func_products(network: nn.Module, data: Data, *, term: Term) -> None:
    product = _torch_func(network, data, term)
    vector = torch.ones(sum(w.numel() for w in network.parameters()))
    for _ in range(PRODUCTS):
        product(vector)


def _eigsh(linear: LinearOperator) -> Tensor:
    values = eigsh(
        linear,
        k=TOP,
        which="LA",
        tol=TOLERANCE,  # pyright: ignore[reportArgumentType] as scipy's default is the int 0
        return_eigenvectors=False,
    )
    return torch.from_numpy(values).sort(descending=True).values


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


def _eigenthings(network: nn.Module, data: Data, term: Term):
    import hessian_eigenthings as things

    loss = nn.CrossEntropyLoss()
    if term == "G":
        of_output = things.supervised_loss_of_output(loss)
        return things.GGNOperator(network, _loader(data), things.supervised_forward, of_output)
    return things.HessianOperator(network, _loader(data), things.supervised_loss(loss))


def _eigenthings_top(network: nn.Module, data: Data, *, term: Term) -> Tensor:
    from hessian_eigenthings import lanczos

    operator = _eigenthings(network, data, term)
    return lanczos(operator, k=TOP, max_iter=4 * TOP, tol=TOLERANCE, which="LA").eigenvalues


def _eigenthings_density(network: nn.Module, data: Data) -> Tensor:
    from hessian_eigenthings import spectral_density

    operator = _eigenthings(network, data, "H")
    found = spectral_density(operator, num_runs=PROBES, lanczos_steps=STEPS)
    return found.raw_eigenvalues.max()[None]


def _eigenthings_products(network: nn.Module, data: Data, *, term: Term) -> None:
    operator = _eigenthings(network, data, term)
    vector = torch.ones(operator.size)
    for _ in range(PRODUCTS):
        operator.matvec(vector)


def _curvlinops(network: nn.Module, data: Data, term: Term):
    from curvlinops import GGNLinearOperator, HessianLinearOperator

    kind = GGNLinearOperator if term == "G" else HessianLinearOperator
    weights = list(network.parameters())
    pairs = [(data.inputs, data.targets)]
    return kind(network, nn.CrossEntropyLoss(), weights, pairs, check_deterministic=False)


def _curvlinops_top(network: nn.Module, data: Data, *, term: Term) -> Tensor:
    return _eigsh(_curvlinops(network, data, term).to_scipy())


def _curvlinops_density(network: nn.Module, data: Data) -> None:
    from curvlinops import lanczos_approximate_spectrum

    lanczos_approximate_spectrum(
        _curvlinops(network, data, "H"), STEPS, num_repeats=PROBES, boundaries=(-1.0, 10.0)
    )


def _curvlinops_products(network: nn.Module, data: Data, *, term: Term) -> None:
    operator = _curvlinops(network, data, term)
    vector = torch.ones(operator.shape[1])
    for _ in range(PRODUCTS):
        _ = operator @ vector


TASKS: dict[str, dict[str, Task]] = {
    "gram": {"ours": _gram, "torch.func": _vmap_gram, "nngeometry": _nngeometry_gram},
    "cosines": {"ours": _cosines, "nngeometry": _nngeometry_gram},
    "spectrum": {"ours": _spectrum, "nngeometry": _nngeometry_spectrum},
    f"top_{TOP}_H": {
        "ours": partial(_top, term="H"),
        "pyhessian": _pyhessian_top,
        "hessian_eigenthings": partial(_eigenthings_top, term="H"),
        "curvlinops": partial(_curvlinops_top, term="H"),
    },
    f"top_{TOP}_G": {
        "ours": partial(_top, term="G"),
        "torch.func": partial(_torch_func_top, term="G"),
        "matfree": other.matfree_top,
        "hessian_eigenthings": partial(_eigenthings_top, term="G"),
        "curvlinops": partial(_curvlinops_top, term="G"),
    },
    "density": {
        "ours": _density,
        "pyhessian": _pyhessian_density,
        "hessian_eigenthings": _eigenthings_density,
        "curvlinops": _curvlinops_density,
    },
    f"{PRODUCTS}_H_products": {
        "ours": partial(_products, term="H"),
        "torch.func": partial(_torch_func_products, term="H"),
        "pyhessian": _pyhessian_products,
        "hessian_eigenthings": partial(_eigenthings_products, term="H"),
        "curvlinops": partial(_curvlinops_products, term="H"),
    },
    f"{PRODUCTS}_G_products": {
        "ours": partial(_products, term="G"),
        "torch.func": partial(_torch_func_products, term="G"),
        "nngeometry": other.nngeometry_products,
        "hessian_eigenthings": partial(_eigenthings_products, term="G"),
        "curvlinops": partial(_curvlinops_products, term="G"),
    },
    f"{PRODUCTS}_fisher_products": {
        "ours": other.fisher_products,
        "hessian_eigenthings": other.eigenthings_fisher_products,
    },
    "last_layer_spectrum": {"ours": other.last_layer, "laplace": other.laplace_last_layer},
}
