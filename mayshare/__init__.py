"""The foundation of mayshare: data types, errors, settings, the embedding model and the index."""

__version__ = "0.1.0"
