"""HTML: the main content with its headings, lists and tables; navigation, scripts and forms left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString

from ingest.readers.draft import Block, Draft, Refused, date_in, decode, tidy

MAX_DEPTH = 300
_DROPPED = (
    "script style noscript template nav header footer aside form iframe svg object embed button select dialog head"
).split()
_SIDE = re.compile(
    r"^(?:nav|navbar|menu|sidebar|footer|header|breadcrumbs?|cookie\S*|share|social|related|skip\S*)$", re.I
)
_BLOCKS = frozenset("p li dd dt blockquote pre td th caption figcaption h1 h2 h3 h4 h5 h6 tr table".split())


def read(data: bytes, name: str) -> Draft:
    """Read a page.

    Raises:
        Refused: it isn't text, isn't HTML, or nests too deep.
    """
    text = _text(data)
    if not re.search(r"<\s*[a-zA-Z!]", text):
        raise Refused("holds no HTML tag")
    try:
        page = BeautifulSoup(text, "html.parser")
    except RecursionError:
        raise Refused("nests tags too deep") from None
    if _depth(page) > MAX_DEPTH:
        raise Refused(f"nests tags deeper than {MAX_DEPTH} levels")
    title = tidy(page.title.get_text()) if page.title else ""
    dated = date_in(_meta(page)) or date_in(name)
    main = _main(page)
    blocks = tuple(_walk(main))
    heading = main.find("h1") or page.find("h1")
    shown = tidy(heading.get_text()) if isinstance(heading, Tag) and heading.get_text().strip() else title
    return Draft(form="html", title=shown or name, blocks=blocks, as_of=dated, url=_canonical(page))


def _text(data: bytes) -> str:
    """UTF-8, or the encoding that the page names where it is a known one."""
    try:
        return decode(data)
    except Refused:
        named = re.search(rb"charset=[\"']?([\w-]{3,20})", data[:2048])
        if (
            named
            and named[1].lower() in (b"iso-8859-1", b"latin-1", b"windows-1252", b"cp1252")
            and b"\x00" not in data
        ):
            return data.decode("cp1252", errors="replace")
        raise


def _depth(page: Tag) -> int:
    deepest, rows = 0, [page]
    while rows and deepest <= MAX_DEPTH:
        deepest += 1
        rows = [child for row in rows for child in row.children if isinstance(child, Tag)]
    return deepest


def _meta(page: Tag) -> str:
    tags = page.find_all("meta", attrs={"property": re.compile("modified|published")})
    return " ".join(str(tag.get("content", "")) for tag in [*tags, *page.find_all("time")])


def _canonical(page: Tag) -> str:
    link = page.find("link", rel="canonical")
    address = str(link.get("href", "")) if isinstance(link, Tag) else ""
    return address if address.startswith("https://") else ""


def _main(page: BeautifulSoup) -> Tag:
    for tag in page(_DROPPED):
        if tag.name != "header" or not tag.find_parent(["main", "article"]):
            tag.decompose()
    for tag in page.find_all(True):
        if tag.decomposed or not tag.attrs:
            continue
        names = [str(tag.get("id", "")), *map(str, tag.get("class") or ()), str(tag.get("role", ""))]
        hidden = tag.has_attr("hidden") or "display:none" in str(tag.get("style", "")).replace(" ", "").lower()
        if hidden or tag.get("aria-hidden") == "true" or any(_SIDE.match(each) for each in names):
            tag.decompose()
    for comment in page.find_all(string=lambda s: isinstance(s, Comment)):
        comment.extract()
    found = page.find("main") or page.find(None, {"role": "main"}) or page.find("article") or page.body or page
    return found if isinstance(found, Tag) else page


def _walk(main: Tag) -> Iterator[Block]:
    path: list[tuple[int, str]] = []
    number = 0
    for tag, text in _pieces(main):
        if re.fullmatch(r"h[1-6]", tag):
            level = int(tag[1])
            path = [entry for entry in path if entry[0] < level] + ([(level, text)] if level > 1 else [])
            continue
        number += 1
        yield Block(headings=tuple(name for _, name in path), text=text, locator=f"paragraph {number}")


def _pieces(tag: Tag) -> Iterator[tuple[str, str]]:
    """Name and text of each innermost block, in order; a table is one line a row."""
    loose: list[str] = []
    for child in tag.children:
        if isinstance(child, NavigableString):
            loose.append(str(child))
        elif isinstance(child, Tag) and (child.name in _BLOCKS or child.find(list(_BLOCKS)) or child.name == "div"):
            yield from _loose(loose)
            loose = []
            yield from _inner(child)
        elif isinstance(child, Tag):
            loose.append("\n" if child.name == "br" else child.get_text(" ", strip=False))
    yield from _loose(loose)


def _inner(tag: Tag) -> Iterator[tuple[str, str]]:
    if tag.name == "table":
        for row in tag.find_all("tr"):
            cells = [tidy(cell.get_text(" ")) for cell in row.find_all(["td", "th"])]
            if any(cells):
                yield "tr", " | ".join(cells)
    elif tag.name in _BLOCKS and not tag.find(list(_BLOCKS)):
        text = tidy(tag.get_text(" " if tag.find("br") else ""))
        if text:
            yield tag.name, text
    else:
        yield from _pieces(tag)


def _loose(parts: list[str]) -> Iterator[tuple[str, str]]:
    text = tidy("".join(parts))
    if re.search(r"\w", text):
        yield "p", text
