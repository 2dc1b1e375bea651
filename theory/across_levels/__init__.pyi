from . import fluctuations as fluctuations
from . import overlaps as overlaps
from . import typical as typical
