"""How the eigenvalues of one draw lie around their deterministic equivalents."""
