from . import experiment as experiment
from . import installed as installed
from . import model as model
from . import output as output
from . import shared as shared
