from . import by_layer as by_layer
from . import measured_groups as measured_groups
from . import observable_groups as observable_groups
from . import point as point
