"""Laws of bulks: the limiting spectra of sample covariance matrices, and their populations."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
