"""The list of what a study may set and ask for."""

from figures.network_studies import listing
from figures.network_studies.registry import OBSERVABLES
from figures.network_studies.settings import SETTINGS


def test_all_names_are_told_once_in_their_part():
    model, theory, simulation, networks, observables = listing.text().split("\n\n")
    names = [line.split()[0] for line in networks.split("\n")[1:]]
    assert names == [*SETTINGS]
    assert [line.split()[0] for line in observables.split("\n")[1:]] == [*OBSERVABLES]
    assert "σ_z (nat)" in model
    assert "spike_strength" in theory
    assert "spike_strength" not in simulation
