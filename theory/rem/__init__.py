"""The random energy model inside the softmax: C energies ``z ~ N(0, σ_z²)`` at unit temperature."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
