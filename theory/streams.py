"""Addressable random streams: the same key gives the same numbers, whatever else is drawn."""

from __future__ import annotations

import secrets
import zlib

import numpy as np

from theory import checks


def stream(seed: int, *key: int | str) -> np.random.Generator:
    """The random stream at ``key`` below ``seed``.

    Streams of different keys are independent, so adding cells or replicates to a study changes
    nothing already drawn, and any number of workers gives the same bits.

    Parameters
    ----------
    seed
        Root of all streams of a run, 0 to 2⁶³ - 1.
    key
        What is drawn (a name, entering as its CRC-32) and which one (an index below 2³²).

    Raises
    ------
    InputError
        If the seed or an index is negative, the seed is 2⁶³ or more, or an index 2³² or more.

    Examples
    --------
    >>> a, b = stream(0, "noise", 3), stream(0, "noise", 3)
    >>> bool(a.standard_normal() == b.standard_normal())
    True
    """
    checks.integer("seed", seed, low=0)
    words = []
    for part in key:
        word = zlib.crc32(part.encode()) if isinstance(part, str) else part
        if checks.integer("key", word, low=0) >= 2**32:
            raise checks.InputError(f"key must be below 2**32, got {word}")
        words.append(word)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=words)))


def derived_seed(seed: int, *key: int | str) -> int:
    """A seed of its own for what is drawn at ``key`` below ``seed``, such as a replicate.

    Unlike ``seed + replicate``, it repeats for no other root or key (but by chance, of 2⁻⁶³).

    Raises
    ------
    InputError
        As ``stream``.

    Examples
    --------
    >>> derived_seed(0, "replicate", 1) == derived_seed(1, "replicate", 0)
    False
    """
    return int(stream(seed, *key).integers(2**63))


def fresh_seed() -> int:
    """A seed from the operating system, for a run whose user gave none; record it."""
    return secrets.randbits(63)
