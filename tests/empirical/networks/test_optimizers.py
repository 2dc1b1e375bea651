"""The optimizers and schedules of a training are those of their papers."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from empirical.networks import mlp
from empirical.networks.training import load_checkpoint
from empirical.settings import Training
from tests.support.networks.training_runs import run
from tests.support.references.explicit_jacobian import random_data

STEPS, DECAY, RATE = 4, 0.3, 0.05


def by_hand(optimizer, schedule):
    """Weights after a few full-batch steps, each formula written out, in double precision."""
    data, network = random_data(30), mlp((5, 6, 4), seed=1)
    weights = list(network.double().parameters())
    first, second = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    for step in range(1, STEPS + 1):
        done = (step - 1) / STEPS
        rate = RATE * {
            "constant": 1.0,
            "cosine": 0.5 + 0.5 * math.cos(math.pi * done),
            "linear": 1 - done,
            "step": 1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01,
        }.get(schedule, math.nan)
        loss = nn.functional.cross_entropy(network(data.inputs.double()), data.targets)
        gradients = torch.autograd.grad(loss, weights)
        for w, g, m, v in zip(weights, gradients, first, second, strict=True):
            if optimizer == "adamw":
                w.data -= rate * DECAY * w.data
            else:
                g = g + DECAY * w.data
            if optimizer == "sgd":
                w.data -= rate * g
                continue
            m += (1 - 0.9) * (g - m)  # Kingma and Ba 2014, algorithm 1
            v += (1 - 0.999) * (g**2 - v)
            unbiased = m / (1 - 0.9**step), v / (1 - 0.999**step)
            w.data -= rate * unbiased[0] / (unbiased[1].sqrt() + 1e-8)
    return torch.cat([w.detach().flatten() for w in weights])


def trained(folder, optimizer, schedule):
    how: dict[str, Any] = {"optimizer": optimizer, "schedule": schedule}
    how |= {"weight_decay": DECAY, "learning_rate": RATE, "batch_size": 30}
    path = run(folder, network=mlp((5, 6, 4), seed=1), epochs=(STEPS,), **how)[0]
    weights = load_checkpoint(path).network.parameters()
    return torch.cat([w.detach().double().flatten() for w in weights])


@pytest.mark.parametrize(
    ("optimizer", "schedule"),
    [("sgd", "constant"), ("sgd", "step"), ("adam", "linear"), ("adamw", "cosine")],
)
def test_steps_are_those_written_out(tmp_path, optimizer, schedule):
    found = trained(tmp_path, optimizer, schedule)
    torch.testing.assert_close(found, by_hand(optimizer, schedule), rtol=1e-4, atol=1e-5)
    for other in {"sgd", "adam", "adamw"} - {optimizer}:
        assert float((found - by_hand(other, schedule)).norm()) > 1e-2
    for other in {"constant", "cosine", "linear", "step"} - {schedule}:
        assert float((found - by_hand(optimizer, other)).norm()) > 1e-3


def test_the_rate_depends_on_the_optimizer_unless_it_is_said():
    rates = [Training(optimizer=o).learning_rate for o in ("sgd", "adam", "adamw")]
    assert rates == [0.1, 0.001, 0.001]
    assert Training(optimizer="adam", learning_rate=0.1).rate(3, last=9) == 0.1


def test_a_schedule_starts_at_the_rate_and_falls():
    for schedule in ("cosine", "linear", "step"):
        training = Training(learning_rate=0.5, schedule=schedule)
        rates = [training.rate(step, last=10) for step in range(1, 11)]
        assert rates[0] == 0.5
        assert rates == sorted(rates, reverse=True)
        assert 0 < rates[-1] < 0.06
