"""The one engine of this process, opened once.

A module-level singleton, not Streamlit's resource cache: any anonymous visitor can empty that cache.
"""

from __future__ import annotations

from threading import Lock

from answer.assemble import Engine, assemble
from mayshare.config import load_settings

_lock = Lock()
_engine: Engine | None = None


def engine() -> Engine:
    """The engine; opened by the first caller, raises what `answer.assemble.assemble` raises."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = assemble(load_settings())
        return _engine
