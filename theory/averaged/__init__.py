"""The model over draws of logits, labels and means, from its parameters alone: ``Averaged``."""

from theory.averaged.model import Averaged

__all__ = ["Averaged"]
