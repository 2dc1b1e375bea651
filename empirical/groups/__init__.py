"""Groups of observables: which there are, and the arrays of each, of one network at one point."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
