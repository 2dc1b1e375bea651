from . import class_splitting as class_splitting
from . import common_splitting as common_splitting
from . import families as families
from . import transition as transition
