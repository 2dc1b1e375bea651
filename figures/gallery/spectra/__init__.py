"""Eigenvalues of G: bulk and outliers, which mean makes which, the gradient on them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
