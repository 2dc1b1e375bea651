from . import completion as completion
from . import doctor as doctor
