"""`mayshare check --links`: are the addresses in the documents' `sources` still there? Asks the web; only when told to.

Each address is asked once, with HEAD, and with GET where that is refused. Nothing of a page is kept. A host
that is not among the corpus' own is never asked: a redirect to one is reported as moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Literal, NamedTuple
from urllib.parse import urldefrag, urlsplit

from ingest.sources.client import Client
from ingest.sources.guard import Guard
from mayshare.config import Settings
from mayshare.errors import (
    BrokenBodyError,
    ConnectionFailedError,
    FetchError,
    HttpStatusError,
    RedirectError,
    TooLargeError,
)
from mayshare.schema import Document

TRIES = 2  # a page of no use to us but that it is there
State = Literal["ok", "moved", "dead", "unreachable", "unclear"]
BAD: frozenset[State] = frozenset({"dead", "unreachable"})


class Link(NamedTuple):
    """An address, how it fares, and the documents that name it.

    `state`: ok; moved (to a host that the corpus doesn't name); dead (gone, or round in a circle); unreachable (no
    such host, or no connection); unclear (the server refuses, is busy or slow: look in a browser).
    """

    url: str
    state: State
    detail: str
    documents: tuple[str, ...]


def check_links(
    documents: Iterable[Document],
    settings: Settings,
    step: Callable[[int, int, str], object] | None = None,
    client: Client | None = None,
) -> list[Link]:
    """Ask after every address once; the bad ones come first."""
    named: dict[str, set[str]] = {}
    for document in documents:
        for source in document.sources:
            named.setdefault(urldefrag(source.url).url, set()).add(document.source_id)
    links = []
    with client or _client(settings, named) as asked:
        for number, url in enumerate(_by_turns(sorted(named))):
            if step:
                step(number, len(named), url)
            state, detail = _ask(asked, url)
            links.append(Link(url, state, detail, tuple(sorted(named[url]))))
    order: tuple[State, ...] = ("dead", "unreachable", "moved", "unclear", "ok")
    return sorted(links, key=lambda link: (order.index(link.state), link.url))


def _client(settings: Settings, urls: Iterable[str]) -> Client:
    hosts = {urlsplit(url).hostname or "" for url in urls} | set(settings.fetch.hosts)
    guard = Guard(hosts, settings.fetch.allow_loopback, plain_http=True)
    return Client(settings.fetch.model_copy(update={"tries": min(TRIES, settings.fetch.tries)}), guard)


def _by_turns(urls: Sequence[str]) -> list[str]:
    """Host after host in turn, so that the pause between two requests to one host costs little."""
    hosts: dict[str, list[str]] = {}
    for url in urls:
        hosts.setdefault(urlsplit(url).hostname or "", []).append(url)
    return [url for row in zip_longest(*hosts.values()) for url in row if url is not None]


def _ask(client: Client, url: str) -> tuple[State, str]:
    try:
        reply = client.head(url)
    except (HttpStatusError, BrokenBodyError):
        try:
            reply = client.get(url)
        except FetchError as error:
            return _judge(error)
    except FetchError as error:
        return _judge(error)
    return "ok", f"redirected to {reply.url}" if reply.url != url else ""


def _judge(error: FetchError) -> tuple[State, str]:
    if isinstance(error, RedirectError):
        return ("moved" if "not followed" in str(error) else "dead"), f"redirected to {error.target}"
    if isinstance(error, HttpStatusError):
        return ("dead" if error.status in (404, 410) else "unclear"), f"status {error.status}"
    if isinstance(error, ConnectionFailedError):
        return "unreachable", str(error).removeprefix(f"{error.url}: ")
    if isinstance(error, TooLargeError):
        return "ok", "a large file"
    return "unclear", str(error).removeprefix(f"{error.url}: ")
