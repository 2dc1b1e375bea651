"""Outliers over random logits: their common positions, how they split, and the threshold."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
