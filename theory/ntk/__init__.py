"""Networks of infinite width: what scales with it, tangent kernels, the spectrum of G from them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
