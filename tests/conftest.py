"""The same Hypothesis examples and the same date every time."""

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, database=None)
settings.load_profile("fixed")
os.environ.setdefault("SOURCE_DATE_EPOCH", "1570752000")  # so that records repeat bit for bit
