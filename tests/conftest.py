"""Fixed Hypothesis examples, so that a run says the same twice."""

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, database=None)
settings.load_profile("fixed")
