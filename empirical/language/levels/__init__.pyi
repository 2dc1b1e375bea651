from . import across_logits as across_logits
from . import predicted as predicted
from . import true_classes as true_classes
from .predicted import LEVELS as LEVELS
from .true_classes import TrueClasses as TrueClasses
