"""The random models of G and H, given the softmax outputs."""
