"""A language model's largest eigenvalues: how far predictions lie off, told and drawn."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
