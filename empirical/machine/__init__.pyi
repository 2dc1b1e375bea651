from . import cost as cost
from . import devices as devices
from . import memory as memory
