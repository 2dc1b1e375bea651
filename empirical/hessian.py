"""Eigenvalues and eigenvectors of G: ``empirical.gauss_newton.spectrum`` by their matrix."""

from empirical.gauss_newton.spectrum import Spectrum, eigenvalues, eigenvectors, leading, spectrum

__all__ = ["Spectrum", "eigenvalues", "eigenvectors", "leading", "spectrum"]
