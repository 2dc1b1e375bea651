"""What the paper claims and the model assumes, each judged on measured networks."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
