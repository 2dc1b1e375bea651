from . import image as image
from . import parametrised as parametrised
from . import recurrent as recurrent
from . import several_inputs as several_inputs
from . import text as text
