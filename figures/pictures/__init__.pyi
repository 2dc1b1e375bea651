"""Pictures: ``compute`` makes the data, ``draw`` puts them on axes."""

from . import clustering as clustering
from . import errors as errors
from . import goldilocks as goldilocks
from . import gradient_power as gradient_power
from . import hierarchy as hierarchy
from . import outliers as outliers
from . import restricted as restricted
from . import sharpness as sharpness
from . import simplex as simplex
from . import spectrum as spectrum
from . import study as study
from . import style as style
from . import trajectory as trajectory
