"""Exact sampling of the Fort-Ganguli model."""
