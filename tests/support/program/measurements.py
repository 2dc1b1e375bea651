"""What the tests of ``measure`` ask for: a small network of the user's own, few examples."""

FEW = ["--epochs", "0", "1", "--examples", "60", "--held-out", "80", "--dtype", "float32"]
OWN = ["--network", "my_models:make", "--data", "mine.npz", "--batch-size", "20"]
SOME = ["--observe", "logits", "clustering", "spectrum", "--examples", "60", "--held-out", "80"]
MODEL = """
from torch import nn

def make():
    return nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 3))

def dropping():
    return nn.Sequential(nn.Linear(6, 9), nn.BatchNorm1d(9), nn.Dropout(0.2), nn.Linear(9, 3))
"""
