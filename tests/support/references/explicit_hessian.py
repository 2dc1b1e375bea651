"""Float64 curvature of a network's mean cross-entropy by other ways of differentiation."""

from __future__ import annotations

import copy
import warnings

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.overrides import TorchFunctionMode

from empirical.data import Data
from tests.support.references.explicit_jacobian import jacobian


def images(network: nn.Module, data: Data, vectors: Tensor) -> dict[str, Tensor]:
    """``H v`` forward over reverse, ``G v = JᵀAJv/N`` with the explicit Jacobian, and
    ``K v = H v - G v``, for the rows of ``vectors (R, D)``."""
    J = jacobian(network, data)
    twin = copy.deepcopy(network).double()
    p = twin(data.inputs.double()).softmax(1).detach()
    change = torch.einsum("nkd,rd->rnk", J, vectors)
    pull = p * change - p * (p * change).sum(2, keepdim=True)
    G = torch.einsum("rnk,nkd->rd", pull, J) / len(data)
    with _Elementary():
        H = torch.stack([_product(twin, data, v) for v in vectors])
    return {"H": H, "G": G, "K": H - G}


class _Elementary(TorchFunctionMode):
    """Normalised weights as written: torch's own have a second derivative that is not symmetric."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") != "_weight_norm":
            return func(*args, **(kwargs or {}))
        v, g, dim = args
        return v * g / torch.norm_except_dim(v, 2, dim)


def _product(twin: nn.Module, data: Data, v: Tensor) -> Tensor:
    layers = twin.modules()
    if any(isinstance(x, nn.Embedding) and x.padding_idx is not None for x in layers):
        return _reverse_over_reverse(twin, data, v)  # forward, a padding row would count as weights
    try:
        return _forward_over_reverse(twin, data, v)
    except NotImplementedError:  # as of fused recurrent layers
        return _reverse_over_reverse(twin, data, v)


def _forward_over_reverse(twin: nn.Module, data: Data, v: Tensor) -> Tensor:
    named = {n: w.detach() for n, w in twin.named_parameters() if w.requires_grad}
    sizes = [w.numel() for w in named.values()]
    pairs = zip(named.items(), v.split(sizes), strict=True)
    tangent = {n: part.view_as(w) for (n, w), part in pairs}

    def loss(weights):
        z = functional_call(twin, weights, data.inputs.double())
        return nn.functional.cross_entropy(z, data.targets)

    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
        warnings.filterwarnings("ignore", message="`torch.jit")
        out = jvp(grad(loss), (named,), (tangent,))[1]
    return torch.cat([out[n].flatten() for n in named]).detach()


def _reverse_over_reverse(twin: nn.Module, data: Data, v: Tensor) -> Tensor:
    weights = [w for w in twin.parameters() if w.requires_grad]
    with sdpa_kernel(SDPBackend.MATH):
        loss = nn.functional.cross_entropy(twin(data.inputs.double()), data.targets)
        parts = torch.autograd.grad(loss, weights, create_graph=True)
        slope = torch.cat([part.flatten() for part in parts]) @ v
        out = torch.autograd.grad(slope, weights, materialize_grads=True)
    return torch.cat([part.flatten() for part in out])
