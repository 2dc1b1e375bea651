"""The random models of G and H, given the softmax outputs.

``Isotropic`` (levels FG and cluster), ``Separable`` (anisotropic noise) and ``Curved`` (with the
logits' curvature) answer to the same names: ``outliers``, ``edges``, ``density(x)``, ``power(r)``,
``power_density(x, r)``, ``overlaps``, ``spread``, ``eigenvalues``, ``trace``, ``frobenius``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
