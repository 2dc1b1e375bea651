from . import clustering as clustering
from . import parametrisation as parametrisation
from . import rem as rem
from . import simplex as simplex
from . import trajectory as trajectory
