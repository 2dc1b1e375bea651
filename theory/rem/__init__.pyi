"""The random energy model inside the softmax: C energies ``z ~ N(0, σ_z²)`` at unit temperature."""

from . import limits as limits
from . import simplex as simplex
from .energies import entropy as entropy
from .energies import freezing as freezing
from .energies import impurity as impurity
from .energies import largest as largest
from .energies import log_partition as log_partition
from .energies import participation as participation
from .energies import participation_square as participation_square
from .energies import power_sum as power_sum
from .energies import spreads as spreads
