"""A local page to play with the model: its answers, its server, its samples and records."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
