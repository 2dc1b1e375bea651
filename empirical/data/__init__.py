"""Labelled examples: digits, images, texts, the user's own arrays."""

from empirical.data.by_name import load
from empirical.data.examples import Data
from empirical.data.loader import collected
from empirical.data.sources.digits import digits

__all__ = ["Data", "collected", "digits", "load"]
