from . import drawn_means as drawn_means
from . import draws as draws
from . import dual as dual
from . import eigenspaces as eigenspaces
from . import lazy_draw as lazy_draw
from . import primal as primal
