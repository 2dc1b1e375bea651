from . import cells as cells
from . import observed as observed
from . import opening as opening
from . import schedulers as schedulers
from . import settings as settings
from . import store as store
from . import study as study
from . import sweep as sweep
