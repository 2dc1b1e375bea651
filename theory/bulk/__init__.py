"""Laws of bulks: the limiting spectra of sample covariance matrices, and their populations."""

from theory.bulk.sample_covariance import SampleCovariance

__all__ = ["SampleCovariance"]
