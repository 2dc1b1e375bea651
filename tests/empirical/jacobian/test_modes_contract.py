"""What is measured, by layers and by products alike: the same networks are taken and refused."""

from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from empirical.capture import capture, samples
from empirical.operators import Curvature
from theory.checks import InputError

X = torch.randn(9, 5, generator=torch.Generator().manual_seed(1))
Y = torch.arange(9) % 3
TOKENS = torch.randint(0, 6, (9, 4), generator=torch.Generator().manual_seed(2))
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning"),
    pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning"),
    pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad:UserWarning"),
]


class Through(nn.Module):
    """A linear layer whose outputs go through a function of the user's."""

    def __init__(self, function, *, before=lambda x: x) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer, self.function, self.before = nn.Linear(5, 3), function, before

    def forward(self, x):
        return self.function(self.layer(self.before(x)))


def explicit(network: nn.Module) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, float]:
    """J, G, H and the loss of ``network`` in float64, by automatic differentiation alone."""
    named = {name: w.detach().double() for name, w in network.named_parameters()}
    sizes = [w.numel() for w in named.values()]
    flat = torch.cat([w.flatten() for w in named.values()])
    double = network.double()

    def logits(flat):
        parts = zip(named.items(), flat.split(sizes), strict=True)
        weights = {name: part.view_as(w) for (name, w), part in parts}
        return torch.func.functional_call(double, weights, (X.double(),))

    J = torch.func.jacrev(logits)(flat)
    p = logits(flat).softmax(1)
    A = p.diag_embed() - p[:, :, None] * p[:, None]
    G = torch.einsum("nkd,nkl,nle->de", J, A, J) / len(Y)
    H = torch.func.jacrev(torch.func.grad(lambda w: F.cross_entropy(logits(w), Y)))(flat)
    return J, G, H, float(F.cross_entropy(logits(flat), Y))


def check(network: nn.Module, reference: nn.Module) -> None:
    sample, curvature = capture(network, [(X, Y)]), Curvature(network, [(X, Y)])
    J, G, H, loss = explicit(reference)
    basis = torch.eye(curvature.D, dtype=torch.float64)
    found = sample.gradients.project(basis)
    torch.testing.assert_close(found, J, rtol=1e-11, atol=1e-13)
    torch.testing.assert_close(curvature.G(basis), G, rtol=1e-11, atol=1e-13)
    torch.testing.assert_close(curvature.H(basis), H, rtol=1e-11, atol=1e-13)
    assert curvature.loss == pytest.approx(loss, rel=1e-13)


TYPED = {
    "inputs": Through(torch.tanh, before=lambda x: x.float()),
    "outputs": Through(lambda z: z.tanh().float()),
    "half way": Through(lambda z: z.to(torch.bfloat16).tanh().to(dtype=torch.float32)),
    "a start state": Through(lambda z: (z + torch.zeros(z.shape, dtype=torch.float32)).tanh()),
    "a number": Through(lambda z: (z + torch.zeros(3)).tanh()),
}


@pytest.mark.parametrize("name", TYPED)
def test_types_set_in_a_run_do_not_take_digits(name):
    check(TYPED[name], Through(torch.tanh))
    assert torch.get_default_dtype() == torch.float32


OUTPUTS = {
    "entry": lambda z: {"logits": z.tanh(), "hidden": z},
    "attribute": lambda z: SimpleNamespace(logits=z.tanh()),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_logits_are_found_in_an_output(name):
    check(Through(OUTPUTS[name]), Through(torch.tanh))


class Keeping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer, self.kept = nn.Linear(5, 3), {}

    def forward(self, x):
        self.kept["features"] = [self.layer(x)]
        return self.kept["features"][0].tanh()


def test_what_a_network_keeps_of_a_graph_is_no_hindrance():
    network = Keeping()
    network(X)
    check(network, Through(torch.tanh))
    assert network.kept["features"][0].grad_fn is not None  # the user's is left as it is


class Normalised(nn.Module):
    """A normalised layer in elementary operations: torch's own takes its norms for constants in
    second derivatives."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        for name, weight in layer.named_parameters():
            self.register_parameter(name, nn.Parameter(weight.detach().clone()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        own = dict(self.named_parameters())
        direction = own["weight_v"] / own["weight_v"].norm(dim=1, keepdim=True)
        return F.linear(x, own["weight_g"] * direction, own["bias"])


def test_weights_that_are_computed_from_others_are_no_hindrance():
    torch.manual_seed(0)
    layer = nn.utils.weight_norm(nn.Linear(5, 3))
    check(nn.Sequential(layer, nn.Tanh()), nn.Sequential(Normalised(layer), nn.Tanh()))


class Locked(nn.Linear):
    def __deepcopy__(self, memo):
        raise TypeError("cannot pickle '_thread.lock' object")


class Complex(nn.Linear):
    def __init__(self, *, buffer: bool) -> None:
        super().__init__(5, 3)
        value = torch.ones(3, dtype=torch.complex64)
        if buffer:
            self.register_buffer("turn", value)
        else:
            self.turn = nn.Parameter(value)


class Rechecked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(5, 5), nn.Linear(5, 3)

    def forward(self, x):
        return checkpoint(self.b, self.a(x), use_reentrant=True)


def centred(batch):
    return [(X[i : i + batch], Y[i : i + batch]) for i in range(0, 8, batch)]


def embedded(**options):
    return nn.Sequential(nn.Embedding(6, 5, **options), nn.Flatten(), nn.Linear(20, 3))


WHOLE, WORDS = [(X, Y)], [(TOKENS, Y)]
REFUSED = {
    "batch mean, pairs": (Through(lambda z: z - z.mean(0)), centred(2), "others in its batch"),
    "batch mean, singles": (Through(lambda z: z - z.mean(0)), centred(1), "others in its batch"),
    "previous example": (Through(lambda z: z + z.roll(1, 0)), WHOLE, "others in its batch"),
    "later look back": (
        Through(lambda z: torch.cat([z[:2], z[2:] + z[1:-1].tanh()])),
        WHOLE,
        "others in its batch",
    ),
    "random later": (
        Through(lambda z: torch.cat([z[:2], F.dropout(z[2:], 0.5, training=True)])),
        WHOLE,
        "must not be random",
    ),
    "scale_grad_by_freq": (embedded(scale_grad_by_freq=True), WORDS, "layer 0: an embedding"),
    "sparse": (embedded(sparse=True), WORDS, "layer 0: an embedding must have no"),
    "max_norm": (embedded(max_norm=1.0), WORDS, "layer 0: an embedding must have no"),
    "sparse bag": (
        nn.Sequential(nn.EmbeddingBag(6, 3, sparse=True, mode="sum")),
        WORDS,
        "layer 0: an embedding must have no",
    ),
    "lazy": (nn.LazyLinear(3), WHOLE, "weight is not initialised"),
    "complex buffer": (Complex(buffer=True), WHOLE, "real numbers, got turn of torch.complex64"),
    "complex weight": (Complex(buffer=False), WHOLE, "real numbers, got turn of torch.complex64"),
    "complex inputs": (nn.Linear(5, 3), [(X.to(torch.complex64), Y)], "inputs must be real"),
    "complex logits": (Through(torch.fft.fft), WHOLE, "of the type .*, got torch.complex"),
    "no copy": (Locked(5, 3), WHOLE, "that can be copied: cannot pickle '_thread.lock' object"),
    "reentrant": (Rechecked(), WHOLE, "torch can differentiate: .*use_reentrant=True"),
    "tuple": (Through(lambda z: (z, z)), WHOLE, r"logits of shape \(\d, C\), .* got tuple"),
    "dict": (Through(lambda z: {"scores": z}), WHOLE, r"logits of shape \(\d, C\), .* got dict"),
    "none": (Through(lambda z: None), WHOLE, r"logits of shape \(\d, C\), .* got NoneType"),
    "scalar": (Through(torch.sum), WHOLE, r"logits of shape \(\d, C\), got \(\)"),
    "detached": (Through(torch.detach), WHOLE, "depend on its weights, got none that do"),
}


@pytest.mark.parametrize("measured", [capture, Curvature])
@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse_the_same_in_one_line(name, measured):
    network, data, message = REFUSED[name]
    with pytest.raises(InputError, match=message) as found:
        measured(network, data)
    assert "\n" not in str(found.value)


def test_an_operation_without_a_second_derivative_is_named():
    network = nn.Sequential(nn.EmbeddingBag(6, 5), nn.Linear(5, 3))
    assert capture(network, WORDS).gradients.D == 48
    curvature = Curvature(network, WORDS)
    with pytest.raises(InputError, match=r"can differentiate: .*_embedding_bag_backward"):
        curvature.H(torch.ones(48, dtype=torch.float64))


def test_batches_of_one_and_streams_give_the_same():
    network = Through(torch.tanh)
    whole = capture(network, WHOLE)
    singles = [(X[i : i + 1], Y[i : i + 1]) for i in range(9)]
    pieces = list(samples(network, singles))
    torch.testing.assert_close(torch.cat([piece.logits for piece in pieces]), whole.logits)
    torch.testing.assert_close(
        Curvature(network, singles).gradient, Curvature(network, WHOLE).gradient
    )
