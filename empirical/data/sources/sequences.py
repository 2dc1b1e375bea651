"""A sequence of symbols, as of characters or words: as tokens, and as windows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch

from empirical.data.examples import Data
from theory import checks

TEST_SHARE = 0.1
OTHERS = "others"  # the class of all symbols that have none of their own


def tokens(
    symbols: Sequence[str], *, vocabulary: int | None = None, others: str = OTHERS
) -> tuple[torch.Tensor, tuple[str, ...]]:
    """The class of each symbol, int64, and the symbol of each class, in alphabetical order.

    Parameters
    ----------
    vocabulary
        Number of classes: the most frequent ``vocabulary - 1`` symbols are kept, all others share
        the last class. By default, and where there are no more, each symbol is a class.
    others
        What that class is called; no symbol.

    Raises
    ------
    InputError
        If ``vocabulary`` is below 2.

    Examples
    --------
    >>> tokens(["to", "be", "or", "not", "to", "be"], vocabulary=3)
    (tensor([1, 0, 2, 2, 1, 0]), ('be', 'to', 'others'))
    """
    counts = Counter(symbols)
    if vocabulary is not None and checks.integer("vocabulary", vocabulary, low=2) < len(counts):
        known = sorted(symbol for symbol, _ in counts.most_common(vocabulary - 1))
        names = (*known, others)
    else:
        known = sorted(counts)
        names = tuple(known)
    index = {symbol: i for i, symbol in enumerate(known)}
    return torch.tensor([index.get(symbol, len(known)) for symbol in symbols]), names


def split(sequence: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What is trained on, and the last tenth, which is not."""
    cut = len(sequence) - int(TEST_SHARE * len(sequence))
    return sequence[:cut], sequence[cut:]


def next_symbol(sequence: torch.Tensor, *, context: int, names: tuple[str, ...], name: str) -> Data:
    """Examples of which each is a window of ``context`` tokens, at every place; labels follow it.

    Raises
    ------
    InputError
        As ``Data``.
    """
    found = sequence.unfold(0, context + 1, 1)
    return Data(found[:, :-1], found[:, -1].contiguous(), len(names), name, class_names=names)
