"""Labelled examples by name or file."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

DATA = (
    "digits", "mnist5k", "iris", "wine", "breast_cancer", "mnist", "fashion-mnist", "cifar-10",
    "docstrings",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DataSource(Settings):
    """Labelled examples by name or file.

    Parameters
    ----------
    name
        One of ``DATA``, or a file: ``.npz`` with inputs and targets, or a text ``.txt``.
    vocabulary
        Characters of a text, or words of ``docstrings``, that are classes, at least 2; the rarest
        share the last one. By default every character, and 8192 words.
    label_noise
        Share of the training examples whose labels are replaced by random ones, in [0, 1]; as of
        ``empirical.data.label_noise``. None where it is 0.
    seed
        Root of the random split into training and test set, where the data have none of their own,
        and of the random labels.

    Raises
    ------
    InputError
        If the name is not known, ``vocabulary`` is given for other data than a text, or
        ``label_noise`` is no share.
    """

    name: str = "digits"
    vocabulary: int | None = None
    label_noise: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        text = isinstance(self.name, str) and self.name.endswith(".txt")
        if not (text or (isinstance(self.name, str) and self.name.endswith(".npz"))):
            checks.choice("data", self.name, (*DATA, "a .txt or .npz file"))
        if self.vocabulary is not None:
            if not text and self.name != "docstrings":
                raise InputError(
                    f"vocabulary is for a text file or docstrings, got data {self.name}"
                )
            checks.count("vocabulary", self.vocabulary, low=2)
        if self.label_noise is not None:
            share = checks.real("label_noise", self.label_noise, low=0)
            if share > 1:
                raise InputError(f"label_noise must be at most 1, got {share:g}")
            self._set(label_noise=share or None)
        checks.integer("seed", self.seed, low=0)

    def identity(self) -> dict[str, str]:
        """By what data are told from others: ``name``, of a file without its folder, and its bytes.

        Raises
        ------
        InputError
            If the file cannot be read.
        """
        digest = self.sha256()
        if digest is None:
            return {"name": self.name}
        return {"name": Path(self.name).name, "sha256": digest}

    def sha256(self) -> str | None:
        """SHA-256 of the file, by which one that has changed is told; None of data by name.

        Raises
        ------
        InputError
            If the file cannot be read.
        """
        if self.name in DATA:
            return None
        try:
            return sha256(Path(self.name).read_bytes()).hexdigest()
        except FileNotFoundError:
            raise InputError(f"cannot read {self.name}: no such file") from None
        except OSError as error:
            raise InputError(f"cannot read {self.name}: {error.strerror}") from error
