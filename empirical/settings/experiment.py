"""A network, its data, its training and what is measured along it: one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from empirical.settings.data_source import DataSource
from empirical.settings.measurement import Measurement
from empirical.settings.network import OWN, Network
from empirical.settings.own_training import OwnTraining
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
        By default ``Training()``; a loop of the user's own; none with ``checkpoints``.
    measurement
        What is measured at each point.
    checkpoints
        Files of an earlier training that are measured instead of training.
    weights
        Files of weights that other programs trained, as ``empirical.networks.weights`` reads them,
        measured in ``network`` instead of training: the points 0, 1, … of the axis ``epoch``.

    Raises
    ------
    InputError
        If ``checkpoints`` or ``weights`` come with what they bring themselves, or a parametrisation
        with another optimizer than gradient descent.
    """

    network: Network | None = None
    data: DataSource = field(default_factory=DataSource)
    training: Training | OwnTraining | None = None
    measurement: Measurement = field(default_factory=Measurement)
    checkpoints: tuple[str, ...] | None = None
    weights: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        checks.instance("data", self.data, DataSource)
        checks.instance("measurement", self.measurement, Measurement)
        if self.network is not None:
            checks.instance("network", self.network, Network)
        if self.training is not None:
            checks.instance("training", self.training, Training, OwnTraining)
        given = [name for name in ("checkpoints", "weights") if getattr(self, name) is not None]
        if not given:
            network, training = self.network or Network(), self.training or Training()
            other = training.loop if isinstance(training, OwnTraining) else training.optimizer
            if network.parametrisation is not None and other != "sgd":
                raise InputError(
                    f"parametrisation {network.parametrisation} is of optimizer sgd, got {other}: "
                    "its powers of the width are those of gradient descent"
                )
            self._set(network=network, training=training)
            return
        if len(given) > 1:
            raise InputError("checkpoints must not be set with weights: measure them apart")
        (name,) = given
        files = tuple(
            str(checks.instance(name, path, str, Path))
            for path in checks.sequence(name, getattr(self, name))
        )
        if not files:
            raise InputError(f"{name} must name at least one file, got none")
        self._set(**{name: files})
        if self.training is not None:
            raise InputError(f"training must not be set with {name}, which are trained")
        if self.weights is not None:
            self._set(network=self.network or Network())
            return
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
            If nothing is, as checkpoints or weights are measured, or a loop of the user's own does.
        """
        if self.network is None or not isinstance(self.training, Training):
            raise InputError("training must be set to train, got checkpoints, weights or a loop")
        return self.network, self.training
