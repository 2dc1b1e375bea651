"""The model's observables measured on real torch networks."""
