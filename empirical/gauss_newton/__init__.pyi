"""The exact spectrum of the G-term from inner products of logit gradients."""

from . import gram as gram
from . import spectrum as spectrum
