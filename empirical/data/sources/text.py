"""A text file as data: windows of characters, the character that follows is the class."""

from __future__ import annotations

from pathlib import Path

from empirical.data.examples import Data
from empirical.data.sources.sequences import OTHERS, TEST_SHARE, next_symbol, split, tokens
from theory import checks
from theory.checks import InputError

CONTEXT = 32


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
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {path} as text: {error}") from error
    sequence, known = tokens(content, vocabulary=vocabulary)
    train, test = split(sequence)
    if len(known) < 2 or len(test) <= context:
        raise InputError(
            f"text {path} must hold at least 2 different characters and "
            f"{int((context + 1) / TEST_SHARE)} in all, got {len(set(content))} and {len(content)}"
        )
    names = tuple(name if name == OTHERS else _readable(name) for name in known)
    how = {"context": context, "names": names, "name": Path(path).name}
    return next_symbol(train, **how), next_symbol(test, **how)


def _readable(character: str) -> str:
    r"""As a table shows it.

    Examples
    --------
    >>> [_readable(character) for character in "é\n "]
    ['é', '\\n', 'space']
    """
    return "space" if character == " " else repr(character)[1:-1]
