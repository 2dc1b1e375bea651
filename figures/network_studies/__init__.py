"""Studies of networks: any setting an axis, seeds as replicates, swept like those of the model."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
