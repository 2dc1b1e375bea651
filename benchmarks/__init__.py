"""Side-by-side timings: each module has ``compare()``, ratios measured in one run."""
