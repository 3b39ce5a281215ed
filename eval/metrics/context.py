"""What metrics need beside a case and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from eval.matching import Matcher
from mayshare.schema import Document


class Context(NamedTuple):
    """The matcher of statements, and the documents that answers may cite, by id."""

    matcher: Matcher
    documents: Mapping[str, Document]
