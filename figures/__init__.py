"""Comparisons, plots and the command line."""
