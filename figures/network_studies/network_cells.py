"""The cells of a study of networks: one training, and what is asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from figures.network_studies.registry import OBSERVABLES
from figures.network_studies.replicate import Replicate

if TYPE_CHECKING:
    from empirical.settings import Experiment
    from simulate.studies.definition import Values

ONE_AT_A_TIME = threading.Lock()  # in a process: torch's threads and random state are global


@dataclass(frozen=True)
class TrainedNetwork:
    """One network of one point."""

    experiment: Experiment
    seconds: float = 1.0  # a batch by itself

    @property
    def seed(self) -> int:
        """``--seed`` of ``measure`` that trains and measures the same network."""
        return self.experiment.measurement.seed

    def values(self, names: Iterable[str]) -> Values:
        """The observables, all of one thread."""
        from empirical.networks.descent import one_thread

        replicate = Replicate(self.experiment)
        with ONE_AT_A_TIME, one_thread(), threadpool_limits(limits=1, user_api="blas"):
            return {name: OBSERVABLES[name].value(replicate) for name in names}
