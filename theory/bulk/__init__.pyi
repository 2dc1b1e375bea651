from . import sample_covariance as sample_covariance
from . import separable_covariance as separable_covariance
from . import shrinkage as shrinkage
from .sample_covariance import SampleCovariance as SampleCovariance
