"""The U.S. Code's release points at the House's Law Revision Counsel: one ZIP a title, USLM XML inside.

    GET /download/download.shtml                                           names the current release point
    GET /download/releasepoints/us/pl/119/102/xml_usc20@119-102.zip        holds usc20.xml

A title is the least that can be had as XML; the sections that are wanted are cut out of it and the rest is dropped.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ingest.sources.client import Client, Received
from ingest.sources.sections import section_of
from mayshare.errors import BrokenBodyError, FetchError, TooLargeError, UnexpectedContentError

USLM = "http://xml.house.gov/schemas/uslm/1.0"
MAX_XML = 1_000_000_000  # bytes of one title; the largest is some 100 MB
_POINT = re.compile(r"xml_usc(?:All|\d\d[A-Za-z]?)@(\d+)-(\w+)\.zip")
_DATE = re.compile(r"releasepointinformation[^>]*>[^<(]*\((\d\d)/(\d\d)/(\d{4})\)")
_PREFIXES = {
    "": USLM,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


class Point(NamedTuple):
    """A release point: `119-102`, and the day of the public law that it is current through."""

    congress: str
    law: str
    date: dt.date

    @property
    def name(self) -> str:
        """As the Office names it."""
        return f"{self.congress}-{self.law}"


class UsCode:
    """Asks the site; the release point is asked once, and a failure to name it counts for all sections."""

    def __init__(self, client: Client, base: str) -> None:
        self._client, self._base = client, f"{base.rstrip('/')}/download"
        self._point: Point | FetchError | None = None

    def current(self) -> Point:
        """The current release point. Raises FetchError."""
        if self._point is None:
            try:
                self._point = self._newest()
            except FetchError as error:
                self._point = error
        if isinstance(self._point, FetchError):
            raise self._point
        return self._point

    def _newest(self) -> Point:
        reply = self._client.get(f"{self._base}/download.shtml")
        page = reply.body.decode("utf-8", errors="replace")
        point, day = _POINT.search(page), _DATE.search(page)
        if not point or not day:
            mend = "The page may have changed; see docs/official-sources.md."
            raise UnexpectedContentError(reply.url, "the page names no release point.", mend)
        return Point(point[1], point[2], dt.date(int(day[3]), int(day[1]), int(day[2])))

    def url(self, title: str) -> str:
        """Address of a title's ZIP at the current release point."""
        point = self.current()
        return f"{self._base}/releasepoints/us/pl/{point.congress}/{point.law}/xml_usc{title:0>2}@{point.name}.zip"

    def sections(self, title: str, wanted: set[str], received: Received | None = None) -> dict[str, bytes]:
        """Sections of a title, each as a USLM document of its own; one that the title doesn't hold is left out.

        Raises:
            FetchError: the title can't be had, or isn't what it should be.
        """
        reply = self._client.get(self.url(title), received=received)
        try:
            with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
                member = archive.getinfo(f"usc{title:0>2}.xml")
                if member.file_size > MAX_XML:
                    raise TooLargeError(reply.url, f"{member.file_size:,} bytes unpacked.")
                with archive.open(member) as file:
                    return _cut(file, title, wanted)
        except (zipfile.BadZipFile, KeyError):
            # a wrong release point is answered with an error page and status 200
            raise UnexpectedContentError(reply.url, f"not the ZIP of title {title}.", "Try again later.") from None
        except (zlib.error, EOFError) as error:
            raise BrokenBodyError(reply.url, f"the ZIP can't be unpacked ({error}).", "Try again later.") from None
        except (ParseError, DefusedXmlException) as error:
            raise UnexpectedContentError(reply.url, f"not well-formed XML ({error}).") from None


def _cut(file: IO[bytes], title: str, wanted: set[str]) -> dict[str, bytes]:
    """The wanted sections of a title, read once from start to end with little in memory."""
    for prefix, space in _PREFIXES.items():
        register_namespace(prefix, space)
    found: dict[str, bytes] = {}
    for _, element in iterparse(file, events=("end",)):
        place = section_of(element)
        if place is None:
            continue
        if place[0] == title and place[1] in wanted:
            found[place[1]] = _document(element, title)
        element.clear()
    return found


def _document(section: Element, title: str) -> bytes:
    root = Element(f"{{{USLM}}}uscDoc", {"identifier": f"/us/usc/t{title}"})
    main = Element(f"{{{USLM}}}main")
    root.append(main)
    section.tail = None
    main.append(section)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
