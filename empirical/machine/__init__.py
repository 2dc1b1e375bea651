"""Memory, devices, and what a measurement will cost."""
