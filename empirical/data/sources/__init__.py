"""Where examples come from: what scikit-learn and others ship, what is fetched, texts."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
