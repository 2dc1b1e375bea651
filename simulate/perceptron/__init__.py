"""Perceptrons and committee machines with weights ±1: all solutions, and searches for one."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
