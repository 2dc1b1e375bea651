"""The random models of G and H, given the softmax outputs."""

from . import bulk_edge as bulk_edge
from . import curved_noise as curved_noise
from . import fluctuations as fluctuations
from . import level_fluctuations as level_fluctuations
from . import noise as noise
from . import outlier_equation as outlier_equation
from . import overlaps as overlaps
from . import separable_means as separable_means
from . import typical as typical
