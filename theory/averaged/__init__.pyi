from . import bulk_edge as bulk_edge
from . import common_splitting as common_splitting
from . import goldilocks as goldilocks
from . import gradient_share as gradient_share
from . import label_law as label_law
from . import logit_law as logit_law
from . import sharpness as sharpness
from . import threshold as threshold
