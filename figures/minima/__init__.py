"""Wide flat minima: what theory says, searches of perceptrons, and networks' flatness and error."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
