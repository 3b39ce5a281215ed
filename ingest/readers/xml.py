"""XML that can't do harm: no document type, no entities, nothing fetched, no deeper than law is."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from ingest.readers.draft import Refused

MAX_DEPTH = 200


def parse(data: bytes) -> Element:
    """The root element.

    Raises:
        Refused: it isn't well formed, has a document type or entities, or nests too deep.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused(f"is XML with a document type or entities ({type(error).__name__}), which aren't read") from None
    except (ParseError, ValueError, LookupError) as error:
        raise Refused(f"is not well-formed XML ({error})") from None
    level, rows = 0, [root]
    while rows:
        level += 1
        if level > MAX_DEPTH:
            raise Refused(f"nests XML deeper than {MAX_DEPTH} levels")
        rows = [child for row in rows for child in row]
    return root


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def text_of(element: Element, without: frozenset[str] = frozenset()) -> str:
    """All text inside an element, left-out elements excepted."""
    return "".join(_pieces(element, without))


def _pieces(element: Element, without: frozenset[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if local(child) not in without:
            yield from _pieces(child, without)
        yield child.tail or ""
