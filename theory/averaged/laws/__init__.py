"""The laws that are averaged over: of random logits, of their softmax outputs, of labels."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
