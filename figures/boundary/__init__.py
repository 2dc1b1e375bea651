"""The study of decision boundaries: networks in the plane, rank correlations, what levels say."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
