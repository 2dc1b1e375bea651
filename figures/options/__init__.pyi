from . import experiment as experiment
from . import installed as installed
from . import kept_run as kept_run
from . import model as model
from . import output as output
from . import shared as shared
from . import study as study
