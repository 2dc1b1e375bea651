"""The same tasks by our functions and by the tools of others."""
