from . import devices as devices
from . import memory as memory
from . import processes as processes
