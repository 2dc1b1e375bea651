from . import boundary as boundary
from . import minima as minima
from . import wedges as wedges
