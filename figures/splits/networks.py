"""Networks that the levels are judged on: perceptrons, a CNN, a recurrent one, a transformer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from empirical.settings import DataSource, Experiment, Measurement, Network, Training
from theory import checks, record

OBSERVED = ("logits", "spectrum", "model", "noise", "resampled", "addition")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A network, its data, and how many of their examples are measured and held out.

    Attributes
    ----------
    told
        Network and data in words.
    network, data
        What is trained, and on what; the data ``text`` are the language reference that Python
        ships.
    epochs
        Points of training.
    momentum
        Of the training.
    examples, held_out
        Measured, and others that the model's parameters come from.
    """

    told: str
    network: Network
    data: str
    epochs: tuple[float, ...]
    momentum: float = 0.0
    examples: int = 100
    held_out: int = 250


_TANH = Network(activation="tanh")
CASES: dict[str, Case] = {
    "relu": Case(told="ReLU, digits", network=Network(), data="digits", epochs=(0, 1, 5, 20)),
    "tanh": Case(told="tanh, digits", network=_TANH, data="digits", epochs=(0, 1, 5, 20)),
    "cnn": Case(
        told="CNN, digits", network=Network(name="cnn"), data="digits", epochs=(0, 1, 5, 20)
    ),
    "gru": Case(
        told="GRU, digits",
        network=Network(name="gru"),
        data="digits",
        epochs=(0, 1, 5, 20),
        momentum=0.9,
        examples=80,
        held_out=200,
    ),
    "mnist": Case(
        told="ReLU, MNIST", network=Network(hidden=(60, 60)), data="mnist5k", epochs=(0, 1, 5, 20)
    ),
    "wine": Case(
        told="ReLU, wine",
        network=Network(hidden=(30,)),
        data="wine",
        epochs=(0, 1, 5, 20),
        examples=50,
        held_out=90,
    ),
    "cancer": Case(
        told="ReLU, breast cancer",
        network=Network(hidden=(30,)),
        data="breast_cancer",
        epochs=(0, 1, 5, 20),
        examples=120,
        held_out=330,
    ),
    "transformer": Case(
        told="transformer, text",
        network=Network(name="transformer"),
        data="text",
        epochs=(0, 1, 5, 20),
        momentum=0.9,
        examples=80,
        held_out=200,
    ),
}
NAMES = tuple(CASES)
LETTERS = 20_000  # of the language reference
VOCABULARY = 6


def trained(name: str, *, fast: bool, seed: int, folder: Path) -> Experiment:
    """The network's training, and what is measured on its first split.

    The text of a transformer is written into ``folder`` first.
    """
    case = CASES[name]
    vocabulary, data = None, case.data
    if data == "text":
        vocabulary = 4 if fast else VOCABULARY
        data = str(_text(folder, letters=LETTERS // (10 if fast else 1)))
    epochs = case.epochs[:2] if fast else case.epochs
    examples, held_out = case.examples, case.held_out
    if fast:
        examples, held_out = min(examples, 60), min(held_out, 120)
    return Experiment(
        network=case.network,
        data=DataSource(name=data, vocabulary=vocabulary, seed=seed),
        training=Training(epochs=epochs, momentum=case.momentum, seed=seed),
        measurement=Measurement(
            observe=OBSERVED, examples=examples, held_out=held_out, dtype="float32", seed=seed
        ),
    )


def split(experiment: Experiment, *, number: int, checkpoints: tuple[str, ...]) -> Experiment:
    """The same network measured on another choice of its examples."""
    seed = (experiment.measurement.seed + number) % (checks.LARGEST + 1)
    measurement = replace(experiment.measurement, seed=seed)
    return Experiment(data=experiment.data, measurement=measurement, checkpoints=checkpoints)


def _text(folder: Path, *, letters: int) -> Path:
    """The start of Python's language reference, as a file."""
    from pydoc_data.topics import topics

    path = folder / f"reference-{letters}.txt"
    if not path.exists():
        told = "".join(topics[name] for name in sorted(topics))
        record.save_text(told[:letters], path)
    return path
