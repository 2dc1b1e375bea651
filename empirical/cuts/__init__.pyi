from . import goldilocks as goldilocks
from . import hyperplane as hyperplane
from . import label_prior as label_prior
from . import restricted as restricted
from . import selection as selection
