"""What each level predicts of a network, and how well."""

from . import levels as levels
from . import verdict as verdict
