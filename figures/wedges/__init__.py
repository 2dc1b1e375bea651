"""Studies of wedges: theory, the toy landscape and networks, in parts that a run goes on from."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
