from . import errors as errors
from . import gradient_power as gradient_power
from . import hierarchy as hierarchy
from . import outliers as outliers
from . import prediction as prediction
from . import sharpness as sharpness
from . import spectrum as spectrum
