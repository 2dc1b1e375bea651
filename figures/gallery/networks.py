"""The networks that figures share, each trained once and measured once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from empirical.groups import observable_groups
from empirical.settings import DataSource, Experiment, Measurement, Network, Training
from figures.gallery.settings import Gallery
from theory import InputError, checks

if TYPE_CHECKING:
    import xarray as xr

    from empirical.data import Data
    from empirical.networks.training import Checkpoint

NAMES = ("relu", "tanh", "cnn")
MODELLED = ("logits", "clustering", "spectrum", "model")
"""Groups that the levels of isotropic noise need, and what they predict."""
SIZES = {"fast": (100, 200), "full": (300, 900)}
CNN_SIZES = {"fast": (60, 120), "full": (100, 300)}
"""Examples that are measured, and others held out; convolutions' gradients are dear."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Networks:
    """Networks in training, and records of what was measured on them.

    They are kept in a folder, known by their settings: what is there and was made by the same
    sources is read, all else is made when it is first asked for.

    Parameters
    ----------
    settings
        The data, the sizes and the seed.
    folder
        Where they are kept.
    record
        A measured record of the user's own network, which then stands for each of them.
    progress
        Show bars where stderr is a terminal.
    by
        What needs them, as a refusal says it.
    """

    settings: Gallery
    folder: Path
    record: xr.Dataset | None = None
    progress: bool = True
    by: str = "this figure"

    def experiment(self, name: str, *, observe: Sequence[str] = MODELLED) -> Experiment:
        """What network ``name`` is, how it is trained, and what is measured on it."""
        checks.choice("network", name, NAMES)
        fast, seed = self.settings.fast, self.settings.seed
        hidden = (32,) if fast else (100, 100)
        sizes = CNN_SIZES if name == "cnn" else SIZES
        examples, held_out = sizes["fast" if fast else "full"]
        network = (
            Network(name="cnn")
            if name == "cnn"
            else Network(hidden=hidden, activation="tanh" if name == "tanh" else "relu")
        )
        return Experiment(
            network=network,
            data=DataSource(name=self.settings.data, seed=seed),
            training=Training(epochs=(0, 1, 8) if fast else (0, 0.2, 1, 3, 10, 30), seed=seed),
            measurement=Measurement(
                observe=tuple(observe),
                examples=examples,
                held_out=held_out,
                seed=seed,
            ),
        )

    def measured(
        self,
        name: str = "relu",
        *,
        observe: Sequence[str] = MODELLED,
        at: Sequence[int] | None = None,
    ) -> xr.Dataset:
        """Record of ``empirical.experiment.run`` of the groups ``observe``, over training.

        Parameters
        ----------
        name
            One of ``NAMES``.
        observe
            Groups of observables.
        at
            Which of the points of training, by index; by default all.

        Raises
        ------
        InputError
            If the user's own record lacks a group.
        """
        if self.record is not None:
            held = observable_groups.held(self.record)
            observable_groups.require(held, observe, by=self.by)
            return self.record if at is None else self.record.isel(epoch=list(at))
        from empirical.experiment import run

        experiment = self.experiment(name, observe=observe)
        paths = list(map(str, self._trained(name)))
        own = Experiment(
            data=experiment.data,
            measurement=experiment.measurement,
            checkpoints=tuple(paths if at is None else [paths[i] for i in at]),
        )
        points = [] if at is None else ["at", *map(str, at)]
        place = "-".join([*experiment.measurement.observe, *points])
        return run(own, out=self._folder(name) / place, overwrite=True, progress=self.progress)

    def compared(self, name: str = "relu", *, replicates: int) -> xr.Dataset:
        """Record of ``figures.compare`` at the first and the last point of training.

        Measured, predicted at each level, and sampled.
        """
        from figures.compare import compare
        from figures.gallery.kept import kept
        from theory.records.record import provenance

        own = self.settings
        measured = self.measured(name, observe=observable_groups.COMPARED, at=(0, -1))
        parameters = {"measured": json.loads(measured.provenance), "replicates": replicates}
        return kept(
            self._folder(name) / f"compared-{replicates}.nc",
            made_by=provenance(command="figures.compare", parameters=parameters, seed=own.seed),
            make=lambda: compare(
                measured, seed=own.seed, replicates=replicates, workers=own.workers
            ),
            overwrite=True,
        )[0]

    def checkpoints(self, name: str = "relu") -> list[Checkpoint]:
        """The network itself at each epoch of its training.

        Raises
        ------
        InputError
            If there is a record of the user's own network, which holds none.
        """
        if self.record is not None:
            raise InputError(f"{self.by} needs the network itself, got a record of it")
        from empirical.networks.training import load_checkpoint

        return [load_checkpoint(path) for path in self._trained(name)]

    def data(self) -> tuple[Data, Data]:
        """Training and test set."""
        from empirical.data import load

        return load(DataSource(name=self.settings.data, seed=self.settings.seed))

    def unseen(self, name: str = "relu") -> Data:
        """Training examples that no parameter of the model is estimated on."""
        from theory import stream

        data, _ = self.data()
        own = self.experiment(name).measurement
        order = stream(own.seed, "examples").permutation(len(data))  # as ``empirical.measure``
        held_out = order[own.examples : own.examples + own.held_out]
        return data.take(order[~np.isin(order, held_out)])

    def describe(self, name: str = "relu") -> str:
        """A network and its data in words, for a caption."""
        if self.record is not None:
            return "the network of the record"
        network, _ = self.experiment(name).trained
        if name == "cnn":
            return f"small CNN on {self.settings.data}"
        kind = {"relu": "ReLU", "tanh": "tanh"}[name]
        widths = ", ".join(map(str, network.hidden or ()))
        return f"{kind} perceptron of hidden widths {widths} on {self.settings.data}"

    def provenance(self) -> dict[str, Any]:
        """What the networks' numbers depend on, beside the settings of the figures."""
        return {} if self.record is None else {"record": json.loads(self.record.provenance)}

    def _trained(self, name: str) -> list[Path]:
        """Checkpoints of the network's training."""
        from empirical.networks import named
        from empirical.networks.training import train

        network, training = self.experiment(name).trained
        data, _ = self.data()
        return train(
            named(network, data, seed=training.seed),
            data,
            training,
            folder=self._folder(name) / "checkpoints",
            overwrite=True,
        )

    def _folder(self, name: str) -> Path:
        own = self.settings
        if self.record is not None:
            return self.folder / "record"
        size = "small" if own.fast else "full"
        return self.folder / f"{own.data}-{name}-{size}-seed{own.seed}"
