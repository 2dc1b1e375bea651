from . import batch_extremes as batch_extremes
from . import collapse as collapse
from . import logit_blocks as logit_blocks
from . import pennington_bahri as pennington_bahri
