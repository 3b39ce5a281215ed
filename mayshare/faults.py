"""Named points at which a test may kill the process, to prove that a crash there loses nothing.

`hit` does nothing unless the environment names the point in MAYSHARE_FAULT; then the process kills
itself with SIGKILL, as a power cut would.
"""

from __future__ import annotations

import os
import signal

POINTS = ("after_load", "mid_embed", "after_chroma", "before_seal", "before_flip", "after_flip")
SERVER_POINTS = ("mid_publish",)  # reached only where a Chroma server is set


def hit(point: str) -> None:
    """Die here if MAYSHARE_FAULT names this point."""
    if point not in POINTS + SERVER_POINTS:
        raise ValueError(f"unknown fault point {point!r}")
    if os.environ.get("MAYSHARE_FAULT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
