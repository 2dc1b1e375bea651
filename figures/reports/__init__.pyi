from . import comparison as comparison
from . import fit as fit
from . import summary as summary
from . import tables as tables
