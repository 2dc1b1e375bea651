"""Pictures: ``compute`` makes the data, ``draw`` puts them on axes."""
