"""Whether logits are piecewise linear in every single weight, read off their graph."""

from __future__ import annotations

from typing import Any

from torch import Tensor

# In each of its differentiable inputs alone, with the others fixed, an operation of these is
# piecewise linear; those of PRODUCTS are linear in each of several inputs at once.
PRODUCTS = {
    "AddmmBackward0",
    "AddmvBackward0",
    "BaddbmmBackward0",
    "BmmBackward0",
    "_ConvolutionBackward",  # of empirical.operators.convolutions
    "ConvolutionBackward0",
    "CudnnBatchNormBackward0",
    "LinearBackward0",
    "MmBackward0",
    "MulBackward0",
    "MvBackward0",
    "NativeBatchNormBackward0",
}
SUMS = {
    "torch::autograd::AccumulateGrad",
    "AdaptiveAvgPool2DBackward0",
    "AdaptiveMaxPool2DBackward0",
    "AddBackward0",
    "AliasBackward0",
    "AvgPool2DBackward0",
    "CatBackward0",
    "CloneBackward0",
    "ConstantPadNdBackward0",
    "EmbeddingBackward0",
    "ExpandBackward0",
    "HardtanhBackward0",
    "LeakyReluBackward0",
    "MaxPool2DWithIndicesBackward0",
    "MeanBackward1",
    "NegBackward0",
    "PermuteBackward0",
    "ReluBackward0",
    "ReshapeAliasBackward0",
    "SelectBackward0",
    "SliceBackward0",
    "SplitBackward0",
    "SqueezeBackward1",
    "StackBackward0",
    "SubBackward0",
    "SumBackward1",
    "TBackward0",
    "ToCopyBackward0",
    "TransposeBackward0",
    "UnsafeViewBackward0",
    "UnsqueezeBackward0",
    "ViewBackward0",
}


def piecewise_multilinear(logits: Tensor) -> bool:
    """Whether every logit is piecewise linear in each single weight, the others held fixed.

    Then ``∂²z/∂w² = 0`` almost everywhere, the H-term's diagonal vanishes and ``Tr H = Tr G``. It
    holds for ReLU networks of linear layers, convolutions and batch normalisation in eval mode with
    residual connections; it fails for smooth activations, attention, and weights used twice.

    The graph of ``logits`` decides: every operation must be known to be piecewise linear in each
    input, and the factors of a product must not depend on the same array of weights. Sufficient,
    not necessary: an operation that is not known counts as curved.
    """
    if logits.grad_fn is None:
        return True
    below: dict[Any, set[Any]] = {}
    stack = [logits.grad_fn]
    while stack:
        node = stack[-1]
        parents = [parent for parent, _ in node.next_functions if parent is not None]
        waiting = [parent for parent in parents if parent not in below]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        if node in below:
            continue
        if not _piecewise_linear(node):
            return False
        inputs = [below[parent] for parent in parents]
        union = set().union(*inputs)
        if node.name() in PRODUCTS and len(union) < sum(map(len, inputs)):
            return False
        below[node] = union or {node}
    return True


def _piecewise_linear(node: Any) -> bool:
    name = node.name()
    if "BatchNorm" in name:
        return name in PRODUCTS and not node._saved_training
    return name in PRODUCTS or name in SUMS
