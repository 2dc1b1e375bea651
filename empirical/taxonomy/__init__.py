"""Taxonomy of landscapes: curves between networks, likeness of their outputs, and four phases."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
