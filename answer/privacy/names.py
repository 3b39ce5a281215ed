"""Names of people: by what stands before or after them, by lists of names, and by spaCy's model.

A model alone misses many children's first names, in lower case most of all; a list alone takes "will" and "may" for
people. A word counts as a name where its company says so ("my student X", "X's mom"), or where it is on a list of first
names and is no ordinary word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from presidio_analyzer import EntityRecognizer, RecognizerResult

from answer.privacy.strangers import by_place

NAME = "NAME"
_REST = r"[^\W\d_]*(?:['-][^\W\d_]{2,})*"
_WORD = r"[^\W\d_]" + _REST
_CAPITAL = r"[A-Z]" + _REST
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Coach|Officer|Deputy|Judge|Principal|Sgt|Nurse|Pastor|Sister|Father|Detective|Señora?)"
)
_KIN = (
    r"(?:students?|kid|child|client|patient|son|daughter|boy|girl|nephew|niece|grandson|granddaughter|grandchild|brother|sister|stepson|"
    r"stepdaughter|cousin|mom|mother|dad|father|juvenile|youth|teen|resident|ward|baby|toddler|friend|boyfriend|girlfriend|ex|husband|wife|"
    r"counselor|teacher|caseworker|therapist|parent|guardian|grandma|aunt|uncle|stepdad|stepmom|classmate|freshman|sophomore|junior|senior)"
)
_OWNED = (
    r"(?:mom|mother|dad|father|parents?|family|grandma|grandmother|grandpa|aunt|uncle|brother|sister|guardian|stepdad|stepmom|foster|teacher|"
    r"therapist|counselor|caseworker|probation|po|attorney|lawyer|doctor|pediatrician|psychiatrist|coach|file|records?|iep|504|grades?|"
    r"transcript|chart|notes?|diagnosis|meds|medication|attendance|schedule|address|locker|phone|backpack|treatment|evaluation|case|hearing|"
    r"disclosure|pregnancy|baby|boyfriend|girlfriend|house|home|report card|drug test|information|info|social)"
)
# (pattern, must the word begin with a capital?)
_COMPANY: tuple[tuple[re.Pattern[str], bool], ...] = (
    (
        re.compile(
            rf"\b(?:named|called|name is|name's|names are|goes by|i'?m|this is|about) (?P<name>{_WORD}(?: {_WORD})?)",
            re.I,
        ),
        True,
    ),
    (
        re.compile(
            rf"\b(?:named|name is|name's|goes by|(?:girl|boy|kid|student|teen|youth|client|patient) called) (?P<name>{_WORD})",
            re.I,
        ),
        False,
    ),
    (re.compile(rf"\b{_KIN},? (?P<name>{_WORD}(?: {_WORD})?)", re.I), True),
    (re.compile(rf"\b(?:my|our|this|his|her|the|a) (?:\w+ )?{_KIN},? (?P<name>{_WORD})(?=[ ,.?!']|$)", re.I), False),
    (re.compile(rf"(?P<name>{_WORD})'s? {_OWNED}\b", re.I), False),
    (re.compile(rf"(?P<name>{_WORD} {_CAPITAL})(?:'s)?(?=[ ,.?!']|$)"), True),
)
# after a title any word with a capital is a name: "Mrs. Baker", "Officer Washington"
_TITLED = re.compile(rf"\b{_TITLE}\.? (?P<name>{_CAPITAL}(?: {_CAPITAL})?)")
_TOKEN = re.compile(_WORD)
_POSSESSIVE = re.compile(r"'(?:s|d|ll|re|ve|t)?$", re.IGNORECASE)
_INFLECTED = re.compile(r"(?:s|ed|ing|er|ers)$")  # in lower case and on no list: a verb, or a kind of person
_INSIDE = re.compile(r"[a-z,0-9]['\")]* $")  # what stands before a word that doesn't open a sentence
_STATE_BEFORE = re.compile(r"\b(?:north|south) $", re.IGNORECASE)  # "North Dakota"
# First names that are written with a capital for other reasons: months, titles, "Justice", "Foster Care"
_MOSTLY_WORDS = frozenset(
    "may june april august sunday will grant foster justice miss junior major ward page art king charity in an my so see many man numbers "
    "manual season else ed vi van lady long carry son soon hang kit aide prudence unique sue rob mark bill spring winter".split()
)
# First names that are mostly roles or ways of speaking: no name even in "guy's mom"
_MOSTLY_ROLES = frozenset(
    "guy baby buddy dean deacon young ok nana tiny rich ada lea legend hope dream love star chance".split()
)


@cache
def first_names() -> frozenset[str]:
    """First names in lower case: the 1990 United States census (package `names`) and those common since."""
    import names

    folder = Path(names.__file__).parent
    census = [
        line.split()[0].lower()
        for file in ("dist.male.first", "dist.female.first")
        for line in (folder / file).read_text(encoding="ascii").splitlines()
    ]
    return frozenset([*census, *_words("first_names.txt")])


@cache
def last_names() -> frozenset[str]:
    """The commoner last names of the 1990 census, in lower case."""
    import names

    lines = (Path(names.__file__).parent / "dist.all.last").read_text(encoding="ascii").splitlines()
    return frozenset(line.split()[0].lower() for line in lines[:20_000])


@cache
def ordinary() -> frozenset[str]:
    """Words in lower case that are no name by themselves."""
    return frozenset(_words("ordinary.txt"))


@cache
def allowed() -> frozenset[str]:
    """Names in lower case that point at no child: laws, cases, states, agencies."""
    return frozenset(_words("allowed.txt"))


class NameRecognizer(EntityRecognizer):
    """Presidio recogniser of names by list, company and spaCy's PERSON entities."""

    def __init__(self) -> None:
        super().__init__(supported_entities=[NAME], supported_language="en", name="NameRecognizer")

    def load(self) -> None:
        """Nothing beyond the lists, which load when first used."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Names in `text`, as Presidio results; spans may overlap."""
        spans = {*by_company(text), *by_list(text), *by_place(text, _known)}
        if nlp_artifacts is not None:
            spans.update(_by_model(text, nlp_artifacts))
        return [RecognizerResult(entity_type=NAME, start=start, end=end, score=0.8) for start, end in sorted(spans)]


def by_company(text: str) -> Iterator[tuple[int, int]]:
    """Spans of words that stand where names stand."""
    for match in _TITLED.finditer(text):
        yield match.start("name"), match.start("name") + len(_POSSESSIVE.sub("", match["name"]))
    for pattern, capital in _COMPANY:
        for match in pattern.finditer(text):
            span = _trimmed(text, *match.span("name"), capital)
            if span:
                yield span


def by_list(text: str) -> Iterator[tuple[int, int]]:
    """Spans of first names, with a last name that follows."""
    for match in _TOKEN.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        low = word.lower()
        if low not in first_names() or low in allowed() or len(low) < 3 or _STATE_BEFORE.search(text[: match.start()]):
            continue
        if low in ordinary() and not _is_person(text, match.start(), word):
            continue
        end = match.start() + len(word)
        last = _TOKEN.match(text, end + 1) if word[0].isupper() and text[end : end + 1] == " " else None
        yield match.start(), end + 1 + len(_POSSESSIVE.sub("", last[0])) if last and _can_be_last(last[0]) else end


def _is_person(text: str, start: int, word: str) -> bool:
    """An ordinary word as a name: a capital inside a sentence ("call Grace"), or a last name after it ("Will Miller")."""
    if not word[0].isupper() or word.isupper():
        return False
    after = _TOKEN.match(text, start + len(word) + 1)
    if after and after[0][0].isupper():
        return _can_be_last(after[0])
    return word.lower() not in _MOSTLY_WORDS and bool(_INSIDE.search(text[:start]))


def _can_be_last(word: str) -> bool:
    """Can a word after a first name be the last name? It has a capital, and isn't the name of something else."""
    low = _POSSESSIVE.sub("", word).lower()
    if not word[0].isupper() or word.isupper():
        return False
    return low in last_names() or (low not in ordinary() and low not in allowed())


def _trimmed(text: str, start: int, end: int, capital: bool) -> tuple[int, int] | None:
    """The part of a span that can be a name: from its first fitting word to its last."""
    kept: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text, start, end):
        word = _POSSESSIVE.sub("", match[0])
        low = word.lower()
        fits = low not in allowed() and len(low) > 1 and not word.isupper()
        if capital:
            fits = fits and word[0].isupper() and (low not in ordinary() or bool(kept) or _name_too(low))
        elif not _name_too(low):
            fits = fits and low not in ordinary() and _stem(low) not in ordinary()
            fits = fits and (low in first_names() or word[0].isupper() or not _INFLECTED.search(low))
        if not fits:
            break
        kept.append((match.start(), match.start() + len(word)))
    if not kept:
        return None
    words = [text[a:b].lower() for a, b in kept]
    known = any(word in first_names() or word in last_names() or word not in ordinary() for word in words)
    return (kept[0][0], kept[-1][1]) if known else None


def _by_model(text: str, artifacts: Any) -> Iterator[tuple[int, int]]:
    for entity in artifacts.entities:
        if entity.label_ in ("PERSON", "PER"):
            span = _trimmed(text, entity.start_char, entity.end_char, capital=False)
            if span:
                yield span


def _name_too(low: str) -> bool:
    """Is an ordinary word a first name too, that its company can tell apart: "carter's mom", "my student taylor"?"""
    return low in first_names() and low in ordinary() and low not in _MOSTLY_WORDS and low not in _MOSTLY_ROLES


def _known(low: str) -> bool:
    """Is a word in lower case one that the guidance uses, or the name of a law or a place?"""
    return low in ordinary() or _stem(low) in ordinary() or low in allowed() or bool(_INFLECTED.search(low))


def _stem(word: str) -> str:
    """A plural or a verb form without its ending, to look it up among the ordinary words."""
    return re.sub(r"(?:ies|es|s|ed|ing)$", "", word)


def _words(file: str) -> list[str]:
    text = files("answer.privacy").joinpath("lists", file).read_text(encoding="utf-8")
    return [word.lower() for line in text.splitlines() if not line.startswith("#") for word in line.split()]
