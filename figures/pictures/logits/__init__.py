"""Logit gradients and softmax outputs over training, and other numbers that training moves."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
