"""Enough examples to predict 10,000 from 1,000: digits moved by up to a pixel in each direction.

    python examples/shifted_digits.py shifted.npz
    fort-ganguli measure --data shifted.npz --hidden 30 --examples 10000 --held-out 1000 \\
        --epochs 0 1 5 --observe logits spectrum model noise --out results/shifted
    fort-ganguli fit results/shifted/measured.nc --out results/shifted

Each of scikit-learn's 1,797 digits gives nine examples. Those of one digit are alike and are not
kept together, so that held-out examples are others than the measured ones but not of other digits.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

MOVES = (-1, 0, 1)


def moved(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """All nine moves of images ``(n, height, width)``, first all of one move; zeros come in."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    height, width = images.shape[1:]
    return np.concatenate(
        [
            padded[:, 1 - down : 1 - down + height, 1 - right : 1 - right + width]
            for down in MOVES
            for right in MOVES
        ]
    )


def save(path: Path) -> None:
    """Write ``inputs (16173, 64)``, in [0, 1], ``targets`` and the shape of an image."""
    pixels, labels = load_digits(return_X_y=True)
    images = (np.asarray(pixels) / 16).astype(np.float32).reshape(-1, 8, 8)
    inputs = moved(images).reshape(-1, 64)
    targets = np.tile(np.asarray(labels, dtype=np.int64), len(MOVES) ** 2)
    np.savez_compressed(path, inputs=inputs, targets=targets, image=np.array([1, 8, 8]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path, help="where to write, as shifted.npz")
    save(parser.parse_args().path)
