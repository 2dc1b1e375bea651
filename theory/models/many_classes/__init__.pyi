from .logit_covariance import LogitCovariance as LogitCovariance
from .logit_covariance import logit_covariance as logit_covariance
from .low_rank_means import LowRankMeans as LowRankMeans
from .low_rank_means import blocks_plus_low_rank as blocks_plus_low_rank
from .low_rank_means import diagonal_plus_low_rank as diagonal_plus_low_rank
from .model import ManyClasses as ManyClasses
