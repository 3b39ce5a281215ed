"""Training of what fits MiniLM to the guidance; parts of it need torch (`train/README.md`)."""
