from . import picture as picture
from . import report as report
from . import restricted_picture as restricted_picture
from . import study as study
from .study import goldilocks as goldilocks
