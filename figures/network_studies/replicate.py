"""One network of a study, its partner, and what is measured of it, each made when asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from theory.streams import derived_seed

if TYPE_CHECKING:
    import xarray as xr

    from empirical.data import Data
    from empirical.settings import Experiment, Measurement, Network, Training


@dataclass(frozen=True, eq=False)
class Replicate:
    """One replicate of a point: what all its observables share.

    Attributes
    ----------
    experiment
        Its settings; ``experiment.measurement.observe`` are the groups that ``record`` holds.
    """

    experiment: Experiment

    @property
    def settings(self) -> tuple[Network, Training]:
        """Of the network and of its training."""
        return self.experiment.trained

    @property
    def measurement(self) -> Measurement:
        """Of what is measured, and on which examples."""
        return self.experiment.measurement

    @property
    def seed(self) -> int:
        """Root of all that is drawn of this network."""
        return self.settings[1].seed

    @cached_property
    def _sets(self) -> tuple[Data, Data]:
        from empirical.data import load

        return load(self.experiment.data)

    @property
    def data(self) -> Data:
        """The training set, with its random labels if it has some."""
        return self._sets[0]

    @property
    def test(self) -> Data:
        """The test set."""
        return self._sets[1]

    @cached_property
    def network(self) -> Any:
        """The trained network, in eval mode; an observable leaves it as it is."""
        return self.trained(self.seed)

    @cached_property
    def partner(self) -> Any:
        """The same trained on the same data, from other weights in another order."""
        return self.trained(derived_seed(self.seed, "partner"))

    def trained(self, seed: int) -> Any:
        """A network of these settings on these data, from the weights and in the order of a seed.

        Raises
        ------
        InputError
            If the data are not what such a network takes, or the loss diverges.
        """
        from empirical.networks import descent, named

        asked, training = self.settings
        training = replace(training, seed=seed)
        return descent.trained(named(asked, self.data, seed=seed), self.data, training)

    @cached_property
    def record(self) -> xr.Dataset:
        """What ``empirical.measure`` gives of the groups that are asked for."""
        from empirical.measure import measure

        return measure(self.network, self.data, self.measurement)

    def judged(self, level: str) -> xr.Dataset:
        """The errors of a level's prediction, of ``figures.judge.errors``, and its trace and norms.

        ``predicted_trace`` and ``predicted_frobenius`` are those of G.
        """
        if level not in self._judged:
            from figures.judge.errors import errors
            from figures.judge.levels import predict

            found = predict(self.record, level=level)
            more = {
                "predicted_trace": found.model.trace,
                "predicted_frobenius": found.model.frobenius,
            }
            self._judged[level] = errors(self.record, {level: found}).isel(level=0).assign(more)
        return self._judged[level].sel(source=level)

    @cached_property
    def _judged(self) -> dict[str, xr.Dataset]:
        return {}
