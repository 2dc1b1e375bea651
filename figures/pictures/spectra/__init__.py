"""Spectra by rank and over training: measured, sampled, predicted, and how far off."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
