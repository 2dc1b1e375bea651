"""What each level predicts of a network, and how well."""
