from .blocks import checked_eigenvalues as checked_eigenvalues
from .blocks import eigenvalues as eigenvalues
from .blocks import largest_eigenvalue as largest_eigenvalue
from .blocks import resolvent_apply_sum as resolvent_apply_sum
from .blocks import resolvent_mean as resolvent_mean
from .blocks import resolvent_power_sum as resolvent_power_sum
from .blocks import resolvent_trace_means as resolvent_trace_means
from .blocks import square_mean as square_mean
