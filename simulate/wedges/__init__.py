"""The toy landscape of wedges, sampled at any D: random cuts, noisy descent, connectors."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
