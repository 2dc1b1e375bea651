"""One question asked of every level: names of functions of ``hessian`` and its like."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
