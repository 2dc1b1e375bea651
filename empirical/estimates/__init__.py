"""The model's parameters, estimated from logit gradients."""
