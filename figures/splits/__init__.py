"""The levels on many networks and splits of their examples: which assumption matters when."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
