"""Wide flat minima of networks: optimizers that look for them, and how flat it is around one."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
