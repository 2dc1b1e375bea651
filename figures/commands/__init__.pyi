from . import fit as fit
from . import goldilocks as goldilocks
from . import measuring as measuring
from . import model as model
from . import options as options
from . import study as study
