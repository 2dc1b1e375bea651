from . import averages as averages
from . import connectors as connectors
from . import optima as optima
from . import tunnels as tunnels
from .losses import Losses as Losses
