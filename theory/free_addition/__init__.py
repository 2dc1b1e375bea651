"""Free additive convolution: the spectrum of a sum of two free matrices, of any two laws."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
