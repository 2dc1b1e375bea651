"""Saved records: named arrays with units, what made them, and folders that keep them whole."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
