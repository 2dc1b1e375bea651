from . import commands as commands
from . import compare as compare
from . import fit as fit
from . import goldilocks as goldilocks
from . import judge as judge
from . import pictures as pictures
from . import predict as predict
from . import reports as reports
