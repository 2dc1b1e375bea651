from . import flatness as flatness
from . import flatness_picture as flatness_picture
from . import flatness_report as flatness_report
from . import run as run
from . import searches as searches
from . import searches_picture as searches_picture
