from . import connectors as connectors
from . import cuts as cuts
from . import parts as parts
from . import perceptrons as perceptrons
from . import picture as picture
from . import report as report
from . import run as run
from . import tunnels as tunnels
