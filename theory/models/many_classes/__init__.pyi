from .low_rank_means import LowRankMeans as LowRankMeans
from .low_rank_means import diagonal_plus_low_rank as diagonal_plus_low_rank
from .model import ManyClasses as ManyClasses
