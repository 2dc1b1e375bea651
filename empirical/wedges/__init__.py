"""Wedges of real networks: optima, connectors between them, tunnels around them, averages."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
