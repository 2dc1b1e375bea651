from . import digits as digits
from . import docstrings as docstrings
from . import images as images
from . import mnist5k as mnist5k
from . import sequences as sequences
from . import tables as tables
from . import text as text
