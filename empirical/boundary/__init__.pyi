from . import crossings as crossings
from . import grid as grid
from . import initialisations as initialisations
from . import maps as maps
from . import margin as margin
from . import networks as networks
from . import reinforcing as reinforcing
from . import sets as sets
