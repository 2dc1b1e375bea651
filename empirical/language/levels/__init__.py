"""What the levels of the model take of a language model beyond one mean a logit, and predict."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
