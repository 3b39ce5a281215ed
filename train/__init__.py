"""Training of what fits MiniLM to the guidance; parts of it need torch. Nothing at run time uses it (`train/README.md`)."""
