"""From documents to a live index generation: load, chunk, embed, build, verify, flip."""
