"""The foundation of mayshare: data types, errors, settings, the embedding model and the index."""

import os

# Before NumPy is loaded: its products here take a millisecond or two on one thread, and threads of its own contend with
# those of the models (a question took a fifth longer on two cores).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
