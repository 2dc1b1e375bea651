from . import label_law as label_law
from . import logit_law as logit_law
from . import logit_rows as logit_rows
