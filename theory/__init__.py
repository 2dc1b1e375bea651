"""The Fort-Ganguli model's definition and its closed forms."""

from theory.checks import InputError
from theory.params import Params
from theory.streams import stream

__all__ = ["InputError", "Params", "stream"]
