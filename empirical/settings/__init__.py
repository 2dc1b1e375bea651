"""What a run is asked for: frozen values, checked once, from the command line or a notebook.

They compare equal when they give the same numbers; ``as_dict`` is what provenance keeps and what a
resumed run compares. None of this loads torch.
"""

from empirical.settings.boundary import Boundary
from empirical.settings.data_source import DataSource
from empirical.settings.experiment import Experiment
from empirical.settings.flatness import Flatness
from empirical.settings.goldilocks import Goldilocks
from empirical.settings.language import Language
from empirical.settings.measurement import Measurement
from empirical.settings.network import Network
from empirical.settings.own_training import OwnTraining
from empirical.settings.recipe import Recipe
from empirical.settings.training import Training
from empirical.settings.wedges import WedgeConnectors, WedgeCuts, WedgeTunnels

__all__ = [
    "Boundary",
    "DataSource",
    "Experiment",
    "Flatness",
    "Goldilocks",
    "Language",
    "Measurement",
    "Network",
    "OwnTraining",
    "Recipe",
    "Training",
    "WedgeConnectors",
    "WedgeCuts",
    "WedgeTunnels",
]
