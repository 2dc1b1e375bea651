from . import controls as controls
from . import curves as curves
from . import question as question
from . import recorded as recorded
from . import samples as samples
from . import server as server
from . import spectrum as spectrum
