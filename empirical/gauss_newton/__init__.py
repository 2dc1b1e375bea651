"""The exact spectrum of the G-term from inner products of logit gradients."""
