"""Windows of a text whose places are examples: the token there, and the one that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from theory import checks, stream
from theory.checks import InputError


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows that do not overlap, with the token that follows at each place.

    Parameters
    ----------
    tokens, targets
        Shape ``(n, T)``, int64.
    classes
        Size C of the vocabulary.
    last
        Whether the last place of a window alone is an example, or every place.

    Raises
    ------
    InputError
        If there is no window, shapes disagree or a token is out of the vocabulary.

    Examples
    --------
    >>> Windows.of(torch.arange(7), context=3, classes=7).targets.tolist()
    [[1, 2, 3], [4, 5, 6]]
    """

    tokens: Tensor
    targets: Tensor
    classes: int
    last: bool = False

    def __post_init__(self) -> None:
        checks.count("classes", self.classes, low=2)
        for name in ("tokens", "targets"):
            checks.instance(name, getattr(self, name), Tensor)
        if self.tokens.ndim != 2 or not self.tokens.numel():
            raise InputError(f"tokens must have shape (n, T), got {tuple(self.tokens.shape)}")
        if self.targets.shape != self.tokens.shape:
            raise InputError(
                f"targets must have the shape of tokens, {tuple(self.tokens.shape)}, "
                f"got {tuple(self.targets.shape)}"
            )
        for name, values in (("tokens", self.tokens), ("targets", self.targets)):
            low, high = int(values.min()), int(values.max())
            if low < 0 or high >= self.classes:
                raise InputError(f"{name} must lie in 0..{self.classes - 1}, got {low}..{high}")

    @classmethod
    def of(cls, sequence: Tensor, *, context: int, classes: int) -> Windows:
        """All windows of ``context`` places in a sequence of tokens, one after the other.

        Raises
        ------
        InputError
            If the sequence is too short for one.
        """
        checks.count("context", context)
        n = (len(sequence) - 1) // context
        if n < 1:
            raise InputError(
                f"context must be at most {len(sequence) - 1}, as the sequence has {len(sequence)} "
                f"tokens, got {context}"
            )
        most = n * context
        return cls(sequence[:most].view(n, -1), sequence[1 : most + 1].view(n, -1), classes)

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def each(self) -> int:
        """Examples of a window."""
        return 1 if self.last else self.tokens.shape[1]

    @property
    def N(self) -> int:
        """Examples of all windows."""
        return len(self) * self.each

    @property
    def labels(self) -> Tensor:
        """The token that follows each example, shape (N,)."""
        return self.targets[:, -self.each :].flatten()

    @property
    def absent(self) -> int:
        """Classes that no example has."""
        return self.classes - len(torch.unique(self.labels))

    def take(self, index: Tensor | slice) -> Windows:
        """The windows at ``index``."""
        return replace(self, tokens=self.tokens[index], targets=self.targets[index])

    def at_last(self) -> Windows:
        """The same windows, their last places alone as examples."""
        return replace(self, last=True)

    def draw(self, *counts: int, seed: int) -> tuple[Windows, ...]:
        """So many windows each, drawn at random, none twice.

        Raises
        ------
        InputError
            If there are not so many.
        """
        wanted = sum(checks.count("windows", count) for count in counts)
        if wanted > len(self):
            shown = " + ".join(map(str, counts))
            raise InputError(f"windows must be at most {len(self)} in all, got {shown}")
        order = torch.from_numpy(stream(seed, "windows").permutation(len(self))[:wanted])
        return tuple(self.take(index) for index in order.split(list(counts)))
