from . import chi_square as chi_square
from . import fluctuating_edge as fluctuating_edge
from . import many_outliers as many_outliers
from . import mean_share as mean_share
from . import outliers_at_edge as outliers_at_edge
from . import spiked_edge as spiked_edge
from . import splitting as splitting
from . import tracy_widom as tracy_widom
