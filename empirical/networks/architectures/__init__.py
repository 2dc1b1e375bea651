"""What networks are built of: layers of images, texts and series, and how their weights scale."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
