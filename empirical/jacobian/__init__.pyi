from . import backward as backward
from . import batches as batches
from . import explicit_rows as explicit_rows
from . import factors as factors
from . import gradients as gradients
from . import layers as layers
from . import modes as modes
from . import recorder as recorder
