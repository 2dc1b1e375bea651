"""The docstrings of installed packages as one text of words: megabytes that are always there."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

from empirical.data.examples import Data
from empirical.data.sources.sequences import next_symbol, split, tokens
from theory import checks
from theory.checks import InputError

PACKAGES = ("numpy", "scipy", "sklearn", "torch")
DISTRIBUTIONS = {"sklearn": "scikit-learn"}
VOCABULARY = 8192
CONTEXT = 32
LEAST = 20  # words of a text
WORD = re.compile(r"[a-z]+|[0-9]|[^\sa-z0-9]")
OTHERS = "<others>"  # "others" is a word
LEFT_OUT = ("test", "tests", "testing")  # folders, and those whose names start with _


@dataclass(frozen=True, eq=False)
class Words:
    """A text as tokens.

    Parameters
    ----------
    train, test
        int64, the last tenth is ``test``.
    names
        The word of each class, in alphabetical order; the last one is all others together.
    made_of
        The packages with their versions, and the SHA-256 of the text.
    """

    train: torch.Tensor
    test: torch.Tensor
    names: tuple[str, ...]
    made_of: dict[str, str]

    @property
    def classes(self) -> int:
        """Words of the vocabulary, C."""
        return len(self.names)

    @property
    def unigram_entropy(self) -> float:
        """Entropy of the words of ``test`` under the frequencies in ``train``, in nat.

        The cross-entropy of the best prediction that does not look at the context; frequencies are
        (n + 1)/(N + C), so that a word that ``train`` lacks has one.
        """
        counts = torch.bincount(self.train, minlength=self.classes).double() + 1
        return float(-(counts / counts.sum()).log()[self.test].mean())


def words(vocabulary: int | None = VOCABULARY) -> Words:
    """The words of the docstrings of numpy, scipy, scikit-learn and torch as they are installed.

    Those of all modules, classes and functions in the order of the files' names, each once, in
    lower case. A word is a run of letters, a digit or another character that is no space. Files in
    folders of tests and in private ones are left out, and those that this Python cannot parse. No
    package is imported.

    Parameters
    ----------
    vocabulary
        Number of classes; the rarest words share the last one. None: every word is a class.

    Raises
    ------
    InputError
        If ``vocabulary`` is below 2 or a package is not installed.
    """
    symbols, made_of = _symbols(PACKAGES)
    sequence, names = tokens(symbols, vocabulary=vocabulary, others=OTHERS)
    return Words(*split(sequence), names, dict(made_of))


def words_of_file(path: str | Path, vocabulary: int | None = VOCABULARY) -> Words:
    """The words of a UTF-8 file.

    Raises
    ------
    InputError
        If ``vocabulary`` is below 2, the file cannot be read as text, or has fewer than 20 words.
    """
    try:
        symbols = in_words([Path(path).read_text(encoding="utf-8")])
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {path} as text: {error}") from error
    if len(symbols) < LEAST:
        raise InputError(f"text {path} must hold at least {LEAST} words, got {len(symbols)}")
    sequence, names = tokens(symbols, vocabulary=vocabulary, others=OTHERS)
    return Words(*split(sequence), names, {"sha256": _digest(symbols)})


def docstrings(*, context: int = CONTEXT, vocabulary: int | None = VOCABULARY) -> tuple[Data, Data]:
    """Training and test set of ``words``: windows, with the word that follows each as its class.

    Raises
    ------
    InputError
        As ``words``, or if ``context`` is below 1.
    """
    checks.integer("context", context, low=1)
    found = words(vocabulary)
    how = {"context": context, "names": found.names, "name": "docstrings"}
    return next_symbol(found.train, **how), next_symbol(found.test, **how)


@cache
def _symbols(packages: tuple[str, ...]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    symbols: list[str] = []
    made_of: list[tuple[str, str]] = []
    for package in packages:
        symbols += in_words(of_files(_folder(package)))
        made_of.append((package, version(DISTRIBUTIONS.get(package, package))))
    return symbols, (*made_of, ("sha256", _digest(symbols)))


def _digest(symbols: list[str]) -> str:
    return hashlib.sha256(" ".join(symbols).encode()).hexdigest()


def _folder(package: str) -> Path:
    """Where a package lies.

    Raises
    ------
    InputError
        If it is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise InputError(f"data docstrings need the package {package}, which is not installed")
    return Path(found.submodule_search_locations[0])


def of_files(folder: Path) -> Iterator[str]:
    """The docstrings of the Python files below ``folder``, in the order of their names."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
    for name in sorted(files):
        parts = name.split("/")[:-1]
        if any(part in LEFT_OUT or part.startswith("_") for part in parts):
            continue
        try:
            tree = ast.parse(files[name].read_bytes())
        except (SyntaxError, ValueError):  # of another version of Python
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                docstring = ast.get_docstring(node)
                if docstring:
                    yield docstring


def in_words(texts: Sequence[str] | Iterator[str]) -> list[str]:
    """The words of all texts, each text once, in lower case.

    Examples
    --------
    >>> in_words(["The t-value.", "The t-value.", "x_1 = 20"])
    ['the', 't', '-', 'value', '.', 'x', '_', '1', '=', '2', '0']
    """
    found: list[str] = []
    for text in dict.fromkeys(texts):
        found += WORD.findall(text.lower())
    return found
