"""Parameter studies, the engine and that of the model: cells, schedulers, a store that survives."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
