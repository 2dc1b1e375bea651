from . import classifiers as classifiers
from . import flatness as flatness
from . import run as run
from . import searches as searches
