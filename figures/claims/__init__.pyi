from . import assumptions as assumptions
from . import finding as finding
from . import predictions as predictions
from . import properties as properties
from . import settings as settings
from . import study as study
from . import zone as zone
