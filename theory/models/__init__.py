"""The random models of G and H, given the softmax outputs.

``Isotropic`` (levels FG and cluster), ``Separable`` (anisotropic noise) and ``Curved`` (with the
logits' curvature) answer to the same names: ``outliers``, ``edges``, ``density(x)``, ``power(r)``,
``power_density(x, r)``, ``overlaps``, ``spread``, ``eigenvalues``, ``trace``, ``frobenius``.
"""

from theory.models.curved import Curved
from theory.models.isotropic import Isotropic
from theory.models.power import Power
from theory.models.separable import Separable

__all__ = ["Curved", "Isotropic", "Power", "Separable"]
