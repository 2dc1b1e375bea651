from . import glossary as glossary
from . import html as html
from . import levels as levels
from . import observables as observables
from . import provenance as provenance
from . import summary as summary
from . import tables as tables
