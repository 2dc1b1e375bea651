from . import figures as figures
from . import report as report
from . import table as table
