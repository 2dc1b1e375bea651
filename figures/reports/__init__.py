"""Reports in Markdown and numbers for the terminal."""
