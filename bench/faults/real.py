"""`python -m bench.faults.real CORPUS STORE`: an ingest as users run it, a fresh process for the check included,
with the embedding by hash."""

from __future__ import annotations

import sys
from pathlib import Path

import ingest.pipeline
import mayshare.embed
from bench.faults.world import HashEmbedding
from mayshare.config import load_settings

if __name__ == "__main__":
    mayshare.embed.build_embedding = lambda settings, bulk=False: HashEmbedding()
    ingest.pipeline.ingest(load_settings(corpus=Path(sys.argv[1]), store=Path(sys.argv[2])))
