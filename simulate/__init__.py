"""Samples of the Fort-Ganguli model, exact in distribution."""
