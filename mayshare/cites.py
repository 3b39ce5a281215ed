"""Legal citations: find them in text, bring them to one form, link them to their official page.

Forms: U.S. Code, Code of Federal Regulations, public laws, the Federal Register, and reported cases,
after the plain style of the corpus (`20 USC 1232g(b)(1)`, `34 CFR 99.31(a)(5)`, `Pub. L. 112-278`,
`89 FR 12472`, `Gonzaga Univ. v. Doe, 536 US 273 (2002)`). The typed variants `20 U.S.C. § 1232g` and
`34 C.F.R. § 99.31` are read too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SUB = r"(?:\([0-9A-Za-z]{1,5}\))*"
_SECTION = re.compile(
    r"\b(?P<title>\d{1,2})\s*(?P<code>U\.?\s?S\.?\s?C\.?|C\.?\s?F\.?\s?R\.?)A?\.?\s*(?:§{1,2}|sections?|sec\.|parts?)?\s*"
    r"(?P<section>\d+[A-Za-z]{0,2}(?:[.\-]\d+[A-Za-z]{0,2}(?:-\d+)?)?)(?P<sub>" + _SUB + ")",
    re.IGNORECASE,
)
# "34 CFR 99.31(a)(5) and 99.38": what follows inherits title and code.
_MORE = re.compile(
    r"\s*(?:,\s*and|,|and|or|;|to|through|–|-)\s*(?:§{1,2}\s*)?(?P<section>\d+(?:\.\d+[A-Za-z]?|[a-z]{1,2}(?:-\d+)?(?=[(\s,.;)]|$)|(?=\([0-9A-Za-z]{1,5}\))))(?P<sub>"
    + _SUB
    + ")"
)
_PUBLIC_LAW = re.compile(r"\b(?:Pub(?:lic)?\.?\s*L(?:aw)?\.?|P\.?L\.?)\s*(?:No\.\s*)?(\d{2,3})[-–](\d{1,4})\b")
_REGISTER = re.compile(r"\b(\d{2,3})\s+(?:Fed\.?\s*Reg\.?|F\.?R\.?)\s+(\d{1,3},\d{3}|\d{3,6})\b")
_CASE = re.compile(r"\b(\d{2,3})\s+U\.?\s?S\.?\s+(\d{1,4})\s+\((\d{4})\)")


class Cite(NamedTuple):
    """One citation. `base` is without subdivisions, for comparing by section."""

    kind: str  # usc | cfr | public_law | register | case
    text: str  # the one form
    base: str
    start: int
    end: int


def find(text: str) -> list[Cite]:
    """All citations of `text`, in order of place."""
    found = [*_sections(text)]
    found += [_cite("public_law", f"Pub. L. {m[1]}-{m[2]}", m) for m in _PUBLIC_LAW.finditer(text)]
    found += [_cite("register", f"{m[1]} FR {m[2].replace(',', '')}", m) for m in _REGISTER.finditer(text)]
    found += [_cite("case", f"{m[1]} US {m[2]} ({m[3]})", m) for m in _CASE.finditer(text)]
    return sorted(found, key=lambda cite: cite.start)


def normal(text: str) -> str | None:
    """The one form of the first citation in `text`, or None where there is none."""
    found = find(text)
    return found[0].text if found else None


def covers(wide: str, narrow: str) -> bool:
    """Does `wide` name the same provision as `narrow`, or one that holds it? Both in the one form."""
    if not narrow.startswith(wide):
        # a part holds its sections: 42 CFR 2 covers 42 CFR 2.31
        return False
    rest = narrow[len(wide) :]
    return rest == "" or rest[0] in "(" or (rest[0] == "." and " CFR " in wide)


def url(citation: str) -> str | None:
    """The address at which the provision can be read, or None for a form without one.

    CFR sections open at eCFR, U.S. Code sections at the House's Office of the Law Revision Counsel, Federal Register
    pages and public laws at their official sites.
    """
    found = find(citation)
    if not found:
        return None
    cite = found[0]
    if cite.kind == "cfr":
        title, section = re.match(r"(\d+) CFR (\S+)", cite.base).groups()  # type: ignore[union-attr]
        place = f"section-{section}" if "." in section else f"part-{section}"
        return f"https://www.ecfr.gov/current/title-{title}/{place}"
    if cite.kind == "usc":
        title, section = re.match(r"(\d+) USC (\S+)", cite.base).groups()  # type: ignore[union-attr]
        return f"https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title{title}-section{section}&num=0&edition=prelim"
    if cite.kind == "register":
        volume, page = cite.text.split(" FR ")
        return f"https://www.federalregister.gov/citation/{volume}-FR-{page}"
    if cite.kind == "public_law":
        congress, number = cite.text.removeprefix("Pub. L. ").split("-")
        return f"https://www.congress.gov/{congress}/plaws/publ{number}/PLAW-{congress}publ{number}.htm"
    return None


def _cite(kind: str, form: str, match: re.Match[str]) -> Cite:
    return Cite(kind, form, form, match.start(), match.end())


def _sections(text: str) -> list[Cite]:
    found: list[Cite] = []
    for match in _SECTION.finditer(text):
        code = "CFR" if match["code"].upper().startswith("C") else "USC"
        found.append(_section(code, match["title"], match["section"], match["sub"], match.start(), match.end()))
        place = match.end()
        while more := _MORE.match(text, place):
            # "99.31 and 2 others" is no section; "20 USC 1232g and 34 CFR 99.3" starts a new citation.
            if ("." in more["section"]) != (code == "CFR") or re.match(r"\s*(?:USC|CFR|US|FR)\b", text[more.end() :]):
                break
            found.append(
                _section(code, match["title"], more["section"], more["sub"], more.start("section"), more.end())
            )
            place = more.end()
    return found


def _section(code: str, title: str, section: str, sub: str, start: int, end: int) -> Cite:
    base = f"{int(title)} {code} {section}"
    return Cite(code.lower(), base + sub, base, start, end)
