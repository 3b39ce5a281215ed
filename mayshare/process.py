"""The end of a helping process."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def end_now(code: int) -> NoReturn:
    """End this process without taking its modules apart, which takes some 0.3 s that somebody waits for.

    Only where everything is closed and written: what is registered with `atexit` doesn't run.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
