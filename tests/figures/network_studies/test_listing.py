"""The list of what a study may set and ask for."""

from figures.network_studies import listing
from figures.network_studies.registry import OBSERVABLES
from figures.network_studies.settings import SETTINGS


def test_all_names_are_told_once_in_their_part():
    parts = [part.split("\n") for part in listing.text().split("\n\n")]
    told = {title: [line.split()[0] for line in lines] for title, *lines in parts}
    assert told["network: parameters"] == [*SETTINGS]
    assert told["network: observables of source network"] == [*OBSERVABLES]
    assert "spike_strength" in told["model: observables of source theory"]
    assert "spike_strength" not in told["model: observables of source simulation"]
    assert "  sigma_z       standard deviation of the logits, σ_z (nat)" in parts[0]
