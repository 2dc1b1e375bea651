from . import devices as devices
from . import memory as memory
