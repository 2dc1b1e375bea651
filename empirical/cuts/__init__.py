"""The loss on random hyperplanes and hyperspheres in weight space."""
