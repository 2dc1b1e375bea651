"""Language models: a vocabulary of classes too large for a Γ of C × C, every place an example."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
