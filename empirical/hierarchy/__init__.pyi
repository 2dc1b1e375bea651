from . import cross_class as cross_class
from . import knockout as knockout
from . import surrogates as surrogates
from .spans import GROUPINGS as GROUPINGS
from .spans import SPANS as SPANS
from .spans import hierarchy as hierarchy
