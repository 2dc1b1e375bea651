from . import gram as gram
from . import spectrum as spectrum
