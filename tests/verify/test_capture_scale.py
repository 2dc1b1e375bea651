"""What must fit: the exact spectrum of ResNet-20 in 4 GiB, clustering of 10,000 examples."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import torch

from empirical.capture import samples
from empirical.data import digits
from empirical.estimates import clustering
from empirical.networks import cnn

RESNET = """
import resource, torch
from empirical.capture import capture
from empirical.hessian import eigenvalues
from empirical.networks import resnet20
batches = [(torch.randn(n, 3, 32, 32), torch.arange(n) % 10) for n in (200, 300)]
sample = capture(resnet20(seed=0).eval(), batches, dtype=torch.float32, memory=4 * 2**30)
values = eigenvalues(sample, memory=4 * 2**30)
assert len(values) == 4500 and bool(values.isfinite().all())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def test_the_spectrum_of_resnet20_at_5000_rows_takes_at_most_4_GiB():
    done = subprocess.run([sys.executable, "-c", RESNET], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= 4 * 2**30


def test_cosines_and_means_of_10_000_digits():
    data = digits(seed=0)[0]
    many = data.take(np.arange(10_000) % len(data))
    batches = list(zip(many.inputs.split(333), many.targets.split(333), strict=True))
    found = clustering.cosines(samples(cnn(seed=0), batches, dtype=torch.float32))
    means = clustering.means(samples(cnn(seed=0), batches, dtype=torch.float32))
    assert found.q_SLSC > found.q_SL > 0
    assert means.over_classes.shape[0] == 100
