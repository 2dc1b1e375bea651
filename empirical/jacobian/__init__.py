"""Logit gradients of a network, layer by layer."""
