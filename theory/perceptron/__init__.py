"""Perceptrons and their wide flat minima: how many solutions there are, near and far."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
