"""The registry of observables."""

from theory.observables import OBSERVABLES


def test_registry_names_and_texts():
    for name, o in OBSERVABLES.items():
        assert name == o.name
        assert name.isidentifier()
        assert o.symbol
        assert o.meaning
        assert o.unit
