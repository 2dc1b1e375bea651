"""Eigenvalues of a dense symmetric matrix."""
