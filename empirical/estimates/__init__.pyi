from . import anisotropy as anisotropy
from . import clustering as clustering
from . import deviations as deviations
from . import jackknife as jackknife
from . import parameters as parameters
from . import similarity as similarity
