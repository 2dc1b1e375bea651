from . import cuts as cuts
from . import gordon as gordon
from . import tunnels as tunnels
from .nearest import Nearest as Nearest
