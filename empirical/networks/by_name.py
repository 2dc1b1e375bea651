"""Networks that can be built again from a few plain values, so that a checkpoint holds them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import torch
from torch import nn

from empirical.data import Data
from empirical.data.parts import Part
from empirical.networks import outputs
from empirical.networks.architectures.image import LeNet5, ResNet20, SmallCNN
from empirical.networks.architectures.parametrised import Linear, described, scaling, unset
from empirical.networks.architectures.recurrent import RowGRU
from empirical.networks.architectures.text import CharTransformer
from empirical.networks.initial import initialise
from empirical.networks.users_own import own
from empirical.settings.network import HIDDEN, NETWORKS, Activation, Network
from theory import checks
from theory.checks import InputError

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh}
GAIN_SQUARED = {"relu": 2.0, "tanh": 1.0}
"""Variance of an initial weight times the number of inputs, by activation."""

DIGITS_WIDTHS = (64, 100, 100, 10)
"""Sizes of the layers of the perceptron for digits of 8 × 8 pixels, inputs first."""


class MLP(nn.Sequential):
    """Linear layers with an elementwise activation between them; made by ``mlp``.

    One of a parametrisation has no biases.
    """

    def __init__(
        self,
        widths: Sequence[int],
        *,
        activation: str,
        bias: bool,
        parametrisation: str | None = None,
    ) -> None:
        checks.choice("activation", activation, tuple(ACTIVATIONS))
        if len(widths) < 2:
            raise InputError(f"widths must name at least input and output, got {list(widths)}")
        sizes = [checks.integer("widths", width, low=1) for width in widths]
        layers: list[nn.Module] = []
        for d_in, d_out in pairwise(sizes):
            layers += [unset(Linear, d_in, d_out, bias=bias)]
            layers += [ACTIVATIONS[activation]()]
        super().__init__(*layers[:-1])
        scaling = described(parametrisation, *sizes[1:-1])
        if scaling is not None and bias:
            raise InputError("bias must be false with a parametrisation, got True")
        self.scaling = scaling
        self.architecture: dict[str, Any] = {
            "kind": "mlp",
            "widths": sizes,
            "activation": activation,
            "bias": bool(bias),
        }
        if scaling is not None:
            self.architecture["parametrisation"] = scaling.name
            scaling.multiply(self)


def mlp(
    widths: Sequence[int] = DIGITS_WIDTHS,
    *,
    activation: Activation = "relu",
    bias: bool = True,
    parametrisation: str | None = None,
    seed: int,
) -> MLP:
    """A multilayer perceptron with random weights.

    Weights are ``N(0, gain²/d_in)`` with gain² = 2 for ReLU and 1 for tanh and the last layer, so
    that activations keep their scale from layer to layer (He et al. 2015, arXiv:1502.01852);
    biases are zero. The weights of a layer depend on the seed and the layer's position only.

    Parameters
    ----------
    widths
        Sizes of input, hidden layers and output, at least two.
    activation
        Elementwise function between the layers.
    bias
        Whether each layer adds a bias.
    parametrisation
        One of ``theory.parametrisation.NAMES``, of hidden layers of one width without biases; by
        default weights are as above at every width.
    seed
        Root of the random weights.

    Raises
    ------
    InputError
        If a width is below 1, there are fewer than two, the activation is not known, or the
        parametrisation is not of such a network.
    """
    network = MLP(widths, activation=activation, bias=bias, parametrisation=parametrisation)
    return _ready(network, seed, gain=GAIN_SQUARED[activation])


IMAGE_KINDS = {kind.kind: kind for kind in (SmallCNN, LeNet5, ResNet20, RowGRU)}
SHIPPED: dict[str, Callable[..., nn.Module]] = {
    "mlp": MLP,
    CharTransformer.kind: CharTransformer,
    **IMAGE_KINDS,
}


def cnn(
    *,
    image: Sequence[int] = (1, 8, 8),
    classes: int = 10,
    hidden: Sequence[int] = HIDDEN["cnn"],
    parametrisation: str | None = None,
    seed: int,
) -> SmallCNN:
    """``SmallCNN`` with random weights, as ``initial.initialise`` sets them."""
    sizes = {"image": image, "classes": classes, "hidden": hidden}
    return _ready(SmallCNN(**sizes, parametrisation=parametrisation), seed)


def lenet(*, image: Sequence[int] = (1, 28, 28), classes: int = 10, seed: int) -> LeNet5:
    """``LeNet5`` with random weights, as ``initial.initialise`` sets them."""
    return _ready(LeNet5(image=image, classes=classes), seed)


def resnet20(*, image: Sequence[int] = (3, 32, 32), classes: int = 10, seed: int) -> ResNet20:
    """``ResNet20`` with random weights, as ``initial.initialise`` sets them."""
    return _ready(ResNet20(image=image, classes=classes), seed)


def gru(*, image: Sequence[int] = (1, 8, 8), classes: int = 10, seed: int) -> RowGRU:
    """``RowGRU`` with random weights, as ``initial.initialise`` sets them."""
    return _ready(RowGRU(image=image, classes=classes), seed)


def transformer(
    *,
    classes: int,
    context: int,
    width: int = 32,
    heads: int = 4,
    depth: int = 2,
    parametrisation: str | None = None,
    seed: int,
) -> CharTransformer:
    """``CharTransformer`` with random weights, as ``initial.initialise`` sets them."""
    sizes = {"classes": classes, "context": context, "width": width, "heads": heads, "depth": depth}
    return _ready(CharTransformer(**sizes, parametrisation=parametrisation), seed)


Module = TypeVar("Module", bound=nn.Module)


def _ready(network: Module, seed: int, *, gain: float = GAIN_SQUARED["relu"]) -> Module:
    initialise(network, gain=gain, seed=seed)
    found = scaling(network)
    if found is not None:
        found.rescale(network)
    return network


def named(network: Network, data: Data, *, seed: int) -> nn.Module:
    """The network of these settings with the sizes that ``data`` need.

    Parameters
    ----------
    network
        One of the user's own is made as ``own`` does.
    seed
        Root of the random weights.

    Raises
    ------
    InputError
        If the data are not what such a network takes.
    """
    if network.factory is not None:
        made = own(network.factory, seed=seed, parts=data.parts)
    else:
        made = _shipped(network, data, seed)
    _check_takes(made, data, network.name, seed)
    return made


def _check_takes(network: nn.Module, data: Data, name: str, seed: int) -> None:
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)  # lazy layers draw their weights in the first run
        try:
            found = network.eval()(data.inputs[:2])
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            raise InputError(f"network {name} does not take {data.name}: {error}") from error
    expected = (len(data.inputs[:2]), data.classes)
    try:
        shape = tuple(outputs.logits(found, n=expected[0]).shape)
    except InputError as error:
        raise InputError(f"{error} from {name} on {data.name}") from None
    if shape != expected:
        raise InputError(
            f"network {name} must return logits of shape {expected} for {expected[0]} examples of "
            f"{data.name}, got {shape}"
        )


def _shipped(network: Network, data: Data, seed: int) -> nn.Module:
    name, way = network.name, network.parametrisation
    hidden = tuple(network.hidden or [])
    if data.parts:
        raise InputError(
            f"network {name} takes one input; {data.name} holds {len(data.parts)}: "
            f"{', '.join(part.name for part in data.parts)}"
        )
    tokens = not data.inputs.is_floating_point()
    if tokens != (name == CharTransformer.kind):
        kinds = ("tokens, as integers are", "numbers of floating point")
        taken, given = kinds if not tokens else kinds[::-1]
        raise InputError(f"network {name} takes {taken}; {data.name} holds {given}")
    if tokens:
        sizes = {"classes": data.classes, "context": data.inputs.shape[1]}
        return transformer(
            **sizes, width=hidden[0], depth=len(hidden), parametrisation=way, seed=seed
        )
    if network.activation is not None:
        if data.inputs.ndim != 2:
            shape = tuple(data.inputs.shape[1:])
            raise InputError(
                f"network {name} takes a vector for each example; inputs of {data.name} have the "
                f"shape {shape}"
            )
        widths = (data.inputs[0].numel(), *hidden, data.classes)
        options = {"activation": network.activation, "bias": way is None}
        return mlp(widths, **options, parametrisation=way, seed=seed)
    if data.image is None:
        raise InputError(f"network {name} takes images, and {data.name} are not known to be")
    if name == SmallCNN.kind:
        sizes = {"image": data.image, "classes": data.classes, "hidden": hidden}
        return cnn(**sizes, parametrisation=way, seed=seed)
    return _ready(IMAGE_KINDS[name](image=data.image, classes=data.classes), seed)


def build(architecture: Mapping[str, Any], *, factory: str | None = None) -> nn.Module:
    """The network of an ``architecture`` description, its weights not yet set.

    Parameters
    ----------
    factory
        The user's own network that may be called; a description alone never runs foreign code.

    Raises
    ------
    InputError
        If the description is not one that this version knows, or names another factory.
    """
    match dict(architecture):
        case {"kind": "own", "factory": str(known), **rest}:
            parts = rest.get("parts", [])
            if known != factory:
                raise InputError(f"network is the user's own: name it, as --network {known}")
            rows = [Part(name, tuple(shape), tokens) for name, shape, tokens in parts]
            return own(known, seed=0, parts=rows)
        case {"kind": str(kind), **sizes} if kind in SHIPPED:
            with contextlib.suppress(TypeError):
                return SHIPPED[kind](**sizes)
    known = ", ".join(NETWORKS)
    raise InputError(f"architecture must be one of: {known}; got {dict(architecture)!r}")
