"""What is judged, and the largest error with which it counts as holding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace

from theory import checks

QUANTITIES = {
    "outliers": "mean size of the relative errors of the C-1 largest eigenvalues of G",
    "worst": "size of the largest of these errors",
    "share": "error of the gradient's share on the C-1 eigenvectors, absolute",
    "bulk": "Wasserstein distance of all other eigenvalues, over their mean",
    "edge": "relative error of the upper edge of the bulk",
}


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Largest error of each of ``QUANTITIES`` with which it holds.

    What is a mean over many eigenvalues, or a share, may be off by 5 %. A single eigenvalue, the
    worst outlier or the edge, may be off by 10 %: of nine normal errors whose size is 5 % in the
    mean the largest is 11 % on average.

    Raises
    ------
    InputError
        If one is negative or not finite.
    """

    outliers: float = 0.05
    worst: float = 0.10
    share: float = 0.05
    bulk: float = 0.05
    edge: float = 0.10

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            checks.real(f"threshold {name}", value, low=0)

    def changed(self, items: Iterable[str]) -> Thresholds:
        """The same but for those given as ``NAME=VALUE``.

        Raises
        ------
        InputError
            If a name is not known or a value is no number of at least 0.

        Examples
        --------
        >>> Thresholds().changed(["share=0.1"]).share
        0.1
        """
        values = {}
        for item in items:
            name, _, text = item.partition("=")
            checks.choice("threshold", name, tuple(field.name for field in fields(self)))
            try:
                values[name] = float(text)
            except ValueError:
                raise checks.InputError(
                    f"threshold must be given as NAME=VALUE, got {item!r}"
                ) from None
        return replace(self, **values)
