"""``python -m figures`` is the command line ``fort-ganguli``."""

from figures.cli import main

raise SystemExit(main())
