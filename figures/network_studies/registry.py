"""The observables of studies of networks, by name; a room that has more adds its table here."""

from __future__ import annotations

from collections.abc import Iterable

from empirical.groups import observable_groups
from figures.network_studies.observable import Observable
from figures.network_studies.predicted import PREDICTED
from figures.network_studies.recorded import RECORDED
from figures.network_studies.taxonomy import TAXONOMY
from figures.network_studies.trained import TRAINED

OBSERVABLES: dict[str, Observable] = {**TRAINED, **RECORDED, **PREDICTED, **TAXONOMY}


def groups(names: Iterable[str]) -> tuple[str, ...]:
    """What must be measured for these observables, of ``empirical.observable_groups``.

    Examples
    --------
    >>> groups(["test_error"]), groups(["lambda_max", "outlier_error_cluster"])
    ((), ('logits', 'spectrum', 'model'))
    """
    needed = {group for name in names for group in OBSERVABLES[name].groups}
    return observable_groups.chosen(needed) if needed else ()
