from . import captions as captions
from . import kept as kept
from . import networks as networks
from . import phase as phase
from . import registry as registry
from . import rem as rem
from . import settings as settings
