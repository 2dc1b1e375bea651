"""Labelled examples: digits, images, texts, the user's own arrays."""

from empirical.data.by_name import load
from empirical.data.digits import digits
from empirical.data.examples import Data
from empirical.data.loader import collected

__all__ = ["Data", "collected", "digits", "load"]
