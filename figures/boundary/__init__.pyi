from . import claims as claims
from . import correlations as correlations
from . import predicted as predicted
from . import study as study
