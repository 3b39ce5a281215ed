"""`corpus/sources.toml`: which official texts `mayshare fetch` brings, and where each of them is kept."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mayshare.errors import SourceListError

FILE_NAME = "sources.toml"
FOLDER = "official"
Kind = Literal["ecfr", "usc", "url"]
_PLACE = re.compile(r"(\d{1,2})/(\d+[A-Za-z]{0,2}(?:-\d+[a-z]?)?)")


class Target(NamedTuple):
    """One official text: a part of the CFR, a section of the U.S. Code, or a page.

    `what` is `34/99`, `20/1232g` or the page's address. `publisher` and `authorities` are for pages.
    """

    kind: Kind
    what: str
    title: str
    publisher: str = ""
    authorities: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """As it is typed after `mayshare fetch`."""
        return f"{self.kind} {self.what}"

    @property
    def place(self) -> tuple[str, str]:
        """Title and part, or title and section."""
        title, _, rest = self.what.partition("/")
        return title, rest

    @property
    def citation(self) -> str:
        """`34 CFR 99`, `20 USC 1232g`, or the page's address."""
        code = {"ecfr": "CFR", "usc": "USC"}.get(self.kind)
        return f"{self.place[0]} {code} {self.place[1]}" if code else self.what

    @property
    def stem(self) -> str:
        """Path of its file below `official/`, without the ending."""
        title, rest = self.place
        if self.kind == "ecfr":
            return f"ecfr/cfr{title}-{rest}"
        if self.kind == "usc":
            return f"usc/usc{title}-{rest}"
        parts = urlsplit(self.what)
        words = re.sub(r"[^a-z0-9]+", "-", f"{parts.hostname}{parts.path}".lower()).strip("-")
        return f"pages/{words[:80].strip('-')}-{hashlib.sha256(self.what.encode()).hexdigest()[:8]}"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Part(_Row):
    title: int = Field(ge=1, le=50)
    part: str = Field(pattern=r"^\d+[a-z]?$")
    name: str


class _Section(_Row):
    title: int = Field(ge=1, le=54)
    section: str = Field(pattern=r"^\d+[A-Za-z]{0,2}(-\d+[a-z]?)?$")
    name: str


class _Page(_Row):
    url: str = Field(pattern=r"^https?://")
    title: str
    publisher: str
    authorities: tuple[str, ...] = ()


class _List(_Row):
    ecfr: tuple[_Part, ...] = ()
    usc: tuple[_Section, ...] = ()
    page: tuple[_Page, ...] = ()


def read_list(corpus: Path) -> list[Target]:
    """Everything that the corpus' list names, in its order; empty where the corpus has no list.

    Raises:
        SourceListError: it can't be read; the message names the table and the field.
    """
    path = corpus / FILE_NAME
    if not path.is_file():
        return []
    try:
        rows = _List.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise SourceListError(f"{path}: {place}: {first['msg']}. See docs/official-sources.md.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceListError(f"{path}: not a TOML file: {error}.") from None
    targets = [Target("ecfr", f"{row.title}/{row.part}", row.name) for row in rows.ecfr]
    targets += [Target("usc", f"{row.title}/{row.section}", row.name) for row in rows.usc]
    targets += [Target("url", row.url, row.title, row.publisher, row.authorities) for row in rows.page]
    twice = {target.key for target in targets if targets.count(target) > 1}
    if twice:
        raise SourceListError(f"{path}: {sorted(twice)[0]} stands twice. Remove one.")
    return targets


def choose(listed: Sequence[Target], kind: str | None, what: Sequence[str]) -> list[Target]:
    """The targets that a command line means: all, those of a kind, or those named, listed or not.

    Raises:
        SourceListError: a kind or a place that can't be understood.
    """
    if kind is None:
        return list(listed)
    if kind not in ("ecfr", "usc", "url"):
        raise SourceListError(f"`{kind}` is no kind of source. Kinds: ecfr 34/99, usc 20/1232g, url https://…")
    if not what:
        return [target for target in listed if target.kind == kind]
    known = {target.key: target for target in listed}
    return [known.get(f"{kind} {name}") or _unlisted(kind, name) for name in what]


def _unlisted(kind: Any, name: str) -> Target:
    if kind == "url":
        host = urlsplit(name).hostname
        if not host:
            raise SourceListError(f"`{name}` is no web address. Example: mayshare fetch url https://www.hhs.gov/…")
        return Target("url", name, name, host)
    if not _PLACE.fullmatch(name):
        raise SourceListError(f"`{name}` is no place. Examples: mayshare fetch ecfr 34/99, mayshare fetch usc 20/1232g")
    made = Target(kind, name, "")
    return made._replace(title=made.citation)
