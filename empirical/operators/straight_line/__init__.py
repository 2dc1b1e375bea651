"""Linear functions as the straight line of operations that they took once."""
