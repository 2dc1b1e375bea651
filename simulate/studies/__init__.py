"""Parameter studies: definition, cells, schedulers, and a store that survives a kill."""
