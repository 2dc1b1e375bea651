from . import anisotropy as anisotropy
from . import clustering as clustering
from . import dependence as dependence
from . import deviations as deviations
from . import jackknife as jackknife
from . import normality as normality
from . import parameters as parameters
from . import similarity as similarity
