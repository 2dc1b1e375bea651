from . import phases as phases
from . import slices as slices
from . import study as study
from . import study_curves as study_curves
from . import study_map as study_map
