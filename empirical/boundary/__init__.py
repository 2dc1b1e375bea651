"""Decision boundaries in the plane, and what the Hessian's eigenvectors say of them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
