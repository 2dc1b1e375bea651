"""Short runs of training, and runs that are killed."""

from __future__ import annotations

from typing import Any

from torch import nn

from empirical.networks import mlp, own
from empirical.networks.training import load_checkpoint, train
from empirical.settings import Training
from tests.support.references.explicit_jacobian import random_data

SCHEDULE: dict[str, Any] = {"epochs": (0, 2), "learning_rate": 0.1, "batch_size": 8, "seed": 0}


def run(folder, *, network=None, progress=None, overwrite=False, mixed_versions=False, **changes):
    return train(
        network or mlp((5, 6, 4), seed=1),
        random_data(30),
        Training(**SCHEDULE | changes),
        folder=folder,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
        progress=progress,
    )


def bits(path):
    return [w.numpy().tobytes() for w in load_checkpoint(path).network.state_dict().values()]


class Killed(BaseException):
    pass


def kill_after(epochs):
    def progress(epoch, loss):
        if epoch == epochs:
            raise Killed

    return progress


class Noisy(nn.Module):
    """Dropout and batch statistics: all that a state must hold."""

    name = f"{__name__}:Noisy"

    @classmethod
    def own(cls):
        return own(cls.name, seed=3)

    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(5, 8), nn.Linear(8, 4)
        self.norm, self.dropout = nn.BatchNorm1d(8), nn.Dropout(0.5)

    def forward(self, x):
        return self.head(self.dropout(self.norm(self.body(x))))


def noisy_bits(path):
    state = load_checkpoint(path, factory=Noisy.name).network.state_dict()
    return [value.numpy().tobytes() for value in state.values()]
