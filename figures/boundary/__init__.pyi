from . import claims as claims
from . import correlations as correlations
from . import picture as picture
from . import predicted as predicted
from . import report as report
from . import study as study
