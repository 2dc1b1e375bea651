"""A text file as data: windows of characters, the character that follows is the class."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import torch

from empirical.data.examples import Data
from theory import checks
from theory.checks import InputError

CONTEXT = 32
TEST_SHARE = 0.1
OTHERS = "others"  # the class of all characters that have none of their own


def text(
    path: str | Path, *, context: int = CONTEXT, vocabulary: int | None = None
) -> tuple[Data, Data]:
    """Training and test set of a UTF-8 file; the last tenth of the text is the test set.

    Inputs are int64 ``(N, context)``, a window at every position; targets are the characters that
    follow. Classes are the characters of the whole file in the order of their code points, and have
    their names.

    Parameters
    ----------
    context
        Characters in a window, at least 1.
    vocabulary
        Number of classes: the most frequent ``vocabulary - 1`` characters are kept, all others
        share the last class. By default every character is a class.

    Raises
    ------
    InputError
        If the file cannot be read as text, or is too short for windows in both sets.
    """
    checks.integer("context", context, low=1)
    try:
        content = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path} as text: {error}") from error
    counts = Counter(content)
    if vocabulary is not None and checks.integer("vocabulary", vocabulary, low=2) < len(counts):
        known = sorted(character for character, _ in counts.most_common(vocabulary - 1))
        classes = vocabulary
    else:
        known, classes = sorted(counts), len(counts)
    index = {character: i for i, character in enumerate(known)}
    tokens = torch.tensor([index.get(character, len(known)) for character in content])
    cut = len(tokens) - int(TEST_SHARE * len(tokens))
    if classes < 2 or len(tokens) - cut <= context:
        raise InputError(
            f"text {path} must hold at least 2 different characters and "
            f"{int((context + 1) / TEST_SHARE)} in all, got {len(counts)} and {len(content)}"
        )
    names = tuple(map(_readable, known)) + (OTHERS,) * (classes - len(known))

    def windows(part: torch.Tensor) -> Data:
        found = part.unfold(0, context + 1, 1)
        inputs, targets = found[:, :-1], found[:, -1].contiguous()
        return Data(inputs, targets, classes, Path(path).name, class_names=names)

    return windows(tokens[:cut]), windows(tokens[cut:])


def _readable(character: str) -> str:
    r"""As a table shows it.

    Examples
    --------
    >>> [_readable(character) for character in "é\n "]
    ['é', '\\n', 'space']
    """
    return "space" if character == " " else repr(character)[1:-1]
