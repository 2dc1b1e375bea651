"""A network, its data, its training and what is measured along it: one run."""

from __future__ import annotations

from dataclasses import dataclass, field

from empirical.settings.data_source import DataSource
from empirical.settings.measurement import Measurement
from empirical.settings.network import OWN, Network
from empirical.settings.training import Training
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Experiment(Settings):
    """A network trained on data and measured along the way.

    Parameters
    ----------
    network
        By default ``Network()``; with ``checkpoints`` only one of the user's own, which they name
        but do not hold.
    data
        What it is trained and measured on.
    training
        By default ``Training()``; none with ``checkpoints``.
    measurement
        What is measured at each point.
    checkpoints
        Files of an earlier training that are measured instead of training.

    Raises
    ------
    InputError
        If ``checkpoints`` come with what they bring themselves.
    """

    network: Network | None = None
    data: DataSource = field(default_factory=DataSource)
    training: Training | None = None
    measurement: Measurement = field(default_factory=Measurement)
    checkpoints: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.checkpoints is None:
            self._set(network=self.network or Network(), training=self.training or Training())
            return
        files = tuple(str(path) for path in checks.sequence("checkpoints", self.checkpoints))
        if not files:
            raise InputError("checkpoints must name at least one file, got none")
        self._set(checkpoints=files)
        if self.training is not None:
            raise InputError("training must not be set with checkpoints, which are trained")
        if self.network is not None and self.network.factory is None:
            raise InputError(
                f"network is that of the checkpoints: only one of your own, {OWN}, "
                f"is named with them, got {self.network.name}"
            )

    @property
    def trained(self) -> tuple[Network, Training]:
        """What is trained, and how.

        Raises
        ------
        InputError
            If nothing is: checkpoints are measured.
        """
        if self.network is None or self.training is None:
            raise InputError("training must be set to train, got checkpoints")
        return self.network, self.training
