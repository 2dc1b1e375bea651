"""The model over draws of logits, labels and means, from its parameters alone."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
