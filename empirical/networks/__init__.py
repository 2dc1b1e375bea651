"""Networks by name, their training and its checkpoints."""

from empirical.networks.by_name import (
    DIGITS_WIDTHS,
    GAIN_SQUARED,
    build,
    cnn,
    lenet,
    mlp,
    named,
    own,
    resnet20,
    transformer,
)

__all__ = [
    "DIGITS_WIDTHS",
    "GAIN_SQUARED",
    "build",
    "cnn",
    "lenet",
    "mlp",
    "named",
    "own",
    "resnet20",
    "transformer",
]
