from . import compare as compare
from . import fit as fit
from . import goldilocks as goldilocks
from . import language as language
from . import levels as levels
from . import measure as measure
