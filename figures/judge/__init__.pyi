from . import levels as levels
from . import verdict as verdict
