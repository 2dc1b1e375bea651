"""Neighbouring theories of the Hessian, in closed form, to be judged on the same networks."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
