from . import cuts as cuts
from . import gordon as gordon
from . import tunnels as tunnels
from .mesh import Mesh as Mesh
from .nearest import Nearest as Nearest
