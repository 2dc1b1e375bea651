"""The model over draws of logits, labels and means, from its parameters alone."""
