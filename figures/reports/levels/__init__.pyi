from . import addition as addition
from . import by_layer as by_layer
from . import comparison as comparison
from . import fit as fit
from . import fitted as fitted
from . import parameters as parameters
from . import rivals as rivals
from . import verdict as verdict
