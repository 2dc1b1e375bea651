from . import clustering as clustering
from . import simplex as simplex
from . import trajectory as trajectory
