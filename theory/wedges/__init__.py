"""Fort and Jastrzebski's wedges: a landscape that is the distance to coordinate n-planes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
