from . import comparison as comparison
from . import fit as fit
from . import glossary as glossary
from . import parameters as parameters
from . import provenance as provenance
from . import summary as summary
from . import tables as tables
from . import verdict as verdict
