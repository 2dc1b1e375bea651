from . import many_outliers as many_outliers
from . import splitting as splitting
from . import tracy_widom as tracy_widom
