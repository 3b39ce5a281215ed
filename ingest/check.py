"""The rules of corpus/AUTHORING.md that a program can enforce, one small function each."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ingest import sentences
from ingest.checklists import FILE, line_of, load_checklists, wrong_quotes
from ingest.chunk import chunk
from ingest.load import load_corpus, load_glossary, load_vocabulary
from ingest.stale import Overdue, overdue
from mayshare import cites
from mayshare.errors import CorpusError
from mayshare.schema import Document, Passage
from mayshare.text import plain

MAX_SENTENCE_WORDS = 60
REVIEW_DAYS = 365
_DEPENDENT = re.compile(
    r"^(?:It|Its|They|Their|Them|This|That|These|Those|He|She|However|Also|Moreover|Furthermore|Such|Otherwise|Instead|Both|"
    r"Here|There(?! (?:is|are)\b)|The same|The former|The latter|In (?:this|that|such) case)\b"
)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_REFERENCE = re.compile(r"\(([a-z0-9-]+)\.md(?:#[^)]*)?\)")
_ACRONYM = re.compile(r"\b[A-Z]{3,6}s?\b")


class Finding(NamedTuple):
    """One thing to mend: the file, the 1-based line where there is one, the rule's name, and what to do."""

    path: str
    line: int | None
    rule: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: [{self.rule}] {self.message}"


class Report(NamedTuple):
    """What a check found: documents read, findings (mend them) and documents past their review date."""

    documents: list[Document]
    findings: list[Finding]
    stale: list[Overdue]


def check(
    folder: Path, corpus: Path | None = None, today: dt.date | None = None, review_days: int = REVIEW_DAYS
) -> Report:
    """Check every document below `folder`, which may be a part of `corpus`.

    Raises:
        CorpusError: the folder isn't there.
    """
    corpus = corpus or folder
    loaded, errors = load_corpus(folder)
    # official text isn't ours to mend
    documents = [document for document in loaded if document.kind != "official"]
    findings = [_from_error(error, folder) for error in errors]
    try:
        laws = set(load_vocabulary(corpus))
        known_terms = {name.lower() for term in load_glossary(corpus) for name in (term.term, *term.aliases)}
    except CorpusError as error:
        laws, known_terms = set(), set()
        findings.append(_from_error(error, corpus))
    for document in documents:
        for rule, test in RULES.items():
            findings += [Finding(document.path, line, rule, message) for line, message in test(document)]
        findings += _check_laws(document, laws)
        findings += _check_terms(document, known_terms | {law.lower() for law in laws})
    findings += _check_links(documents, corpus)
    findings += _check_titles(documents)
    if folder == corpus:
        findings += _check_checklists(documents, corpus)
    # a finding that means the whole file has no line
    findings.sort(key=lambda found: (found.path, found.line or 0, found.rule, found.message))
    return Report(documents, findings, overdue(documents, today or dt.date.today(), review_days))


Found = Iterator[tuple[int | None, str]]


@lru_cache(maxsize=1)  # three rules read the same document one after another
def _passages(document: Document) -> list[Passage]:
    return chunk(document, 10_000)


def _headings(document: Document) -> Found:
    passages = _passages(document)
    if not any(passage.heading_path for passage in passages):
        yield (
            None,
            "no `##` heading. Give each section a question or statement that a professional would search for.",
        )
    with_text = {passage.heading_path[-1] for passage in passages if passage.heading_path}
    for match in re.finditer(r"^(#{1,6})\s+(.+?)\s*$", document.body, re.MULTILINE):
        line = line_at(document, match.start())
        if len(match[1]) > 1 and match[2] not in with_text:
            yield line, f"nothing stands under the heading “{match[2]}”. Write its answer or remove it."
        if len(match[2]) < 12:
            yield line, f"the heading “{match[2]}” is too short to be searched for. Ask the question in full."


def _first_sentences(document: Document) -> Found:
    for passage in _passages(document):
        if not passage.heading_path or not passage.sentences:
            continue
        first = passage.sentences[0]
        text = plain(document.body[first.start : first.end])
        line = line_at(document, first.start)
        count = len(text.split())
        if first.role != "bottom_line":
            yield line, "the section opens with a label. Open it with the sentence that answers the heading."
        if re.match(r"(?:yes|no|sometimes|maybe|it depends)\b", text, re.IGNORECASE):
            yield (
                line,
                "the first sentence is framed as yes or no. State who may or must do what, to whom, when.",
            )
        if count < 8:
            yield line, "the first sentence is too short to answer its heading by itself."
        if document.kind != "practice" and not first.authorities and not _names_guidance(text):
            yield line, "the first sentence cites no authority. End it with its citation in parentheses."


def _sentence_rules(document: Document) -> Found:
    for passage in _passages(document):
        for sentence in passage.sentences:
            text = plain(document.body[sentence.start : sentence.end])
            line = line_at(document, sentence.start)
            count = len(text.split())
            if count > MAX_SENTENCE_WORDS:
                yield line, f"a sentence of {count} words; the limit is {MAX_SENTENCE_WORDS}. Split it."
            if match := _DEPENDENT.match(text):
                yield (
                    line,
                    f"a sentence opens with “{match[0]}”: out of context it can't be understood. Name what is meant.",
                )


def _labels(document: Document) -> Found:
    for match in re.finditer(r"^[ \t]*(?:[-*+] )?\*\*([^*\n]{2,30})[:.]?\*\*[:.]?", document.body, re.MULTILINE):
        name = match[1].strip(":. ").lower()
        if ":" in match[0] and name not in sentences.LABELS:
            known = ", ".join(sorted({label.capitalize() for label in sentences.LABELS if not label.endswith("s")}))
            yield line_at(document, match.start()), f"unknown label “{match[1]}”. Known: {known}."


def _authorities(document: Document) -> Found:
    listed = []
    for authority in document.authorities:
        form = cites.normal(authority)
        if form is None and not re.search(r"\bv\. |In re ", authority):
            yield 2, f"authority “{authority}” is no citation that can be read. See the table of forms."
        elif form is not None:
            listed.append(form)
    found = cites.find(document.body)
    for cite in found:
        if not any(cites.covers(wide, cite.text) or cites.covers(cite.text, wide) for wide in listed):
            yield (
                line_at(document, cite.start),
                f"{cite.text} is cited but not listed in `authorities`. Add it.",
            )
    bodies = {cite.text for cite in found}
    for form in listed:
        if not any(cites.covers(form, text) or cites.covers(text, form) for text in bodies):
            yield (
                2,
                f"authority {form} is listed but the body never cites it. Cite it where it is stated, or remove it.",
            )


def _unverified(document: Document) -> Found:
    body = plain(document.body)
    for statement in document.unverified:
        if plain(statement) not in body:
            yield (
                2,
                f"`unverified` holds “{statement[:60]}…”, which the body doesn't. Repeat the sentence word for word.",
            )


def _provenance(document: Document) -> Found:
    if not document.sources:
        yield 2, "`sources` is empty. Name at least one public page where a reader can check."
    if document.status_as_of is None:
        yield 2, "`status_as_of` is missing. Say as of which day the law is stated."
    if not document.laws:
        yield 2, "`laws` is empty. Name the law, or General."
    for source in document.sources:
        if not re.match(r"https?://[\w.-]+\.\w+", source.url):
            yield 2, f"the source address “{source.url}” is not a web address."


RULES: dict[str, Callable[[Document], Found]] = {
    "heading": _headings,
    "first-sentence": _first_sentences,
    "sentence": _sentence_rules,
    "label": _labels,
    "authority": _authorities,
    "unverified": _unverified,
    "provenance": _provenance,
}


def line_at(document: Document, offset: int) -> int:
    """1-based line of the file at an offset of the body."""
    return document.body_line + document.body.count("\n", 0, offset)


def _names_guidance(text: str) -> bool:
    """Does the sentence name case law, guidance or a state source in parentheses?"""
    return bool(
        re.search(
            r"\([^)]*(?:v\.|Department|Guidance|guidance|FAQ|FTC|OCR|Commission|Center|state law|Rule|letter)[^)]*\)",
            text,
        )
    )


def _check_laws(document: Document, laws: set[str]) -> Iterator[Finding]:
    for law in document.laws:
        if laws and law not in laws:
            yield Finding(
                document.path,
                2,
                "vocabulary",
                f"law “{law}” is not in corpus/vocabulary.yaml. Use a name from it.",
            )


def _check_terms(document: Document, known: set[str]) -> Iterator[Finding]:
    """Acronyms that no glossary entry, law name or spelled-out form explains."""
    if not known:
        return
    seen = Counter(match[0].rstrip("s") for match in _ACRONYM.finditer(document.body))
    for acronym in sorted(seen):
        explained = acronym.lower() in known or any(acronym.lower() in name.split() for name in known)
        if not explained and f"({acronym})" not in document.body and acronym not in _NOT_TERMS:
            place = document.body.find(acronym)
            message = f"“{acronym}” is neither in the glossary nor spelled out here. Add it to corpus/glossary.yaml."
            yield Finding(document.path, line_at(document, place), "glossary", message)


_NOT_TERMS = frozenset(
    {
        "USC",
        "CFR",
        "III",
        "VII",
        "VIII",
        "XIII",
        "XVI",
        "XVIII",
        "XIX",
        "XXI",
        "IVE",
        "IVB",
        "PDF",
        "URL",
        "NOT",
    }
)


def _check_links(documents: Iterable[Document], corpus: Path) -> Iterator[Finding]:
    documents = list(documents)
    ids = {document.source_id for document in documents} | {path.stem for path in corpus.rglob("*.md")}
    for document in documents:
        for match in _REFERENCE.finditer(document.body):
            if match[1] not in ids:
                line = line_at(document, match.start())
                yield Finding(document.path, line, "link", f"links to {match[1]}.md, which is not in the corpus.")
        for match in _LINK.finditer(document.body):
            if not match[1].startswith(("https://", "http://", "#")) and not match[1].split("#")[0].endswith(".md"):
                yield Finding(document.path, line_at(document, match.start()), "link", f"can't be followed: {match[1]}")


def _check_titles(documents: Iterable[Document]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for document in documents:
        other = seen.setdefault(document.title.lower(), document.path)
        if other != document.path:
            yield Finding(document.path, 3, "title", f"the title stands in {other} too. Make it unique.")


def _check_checklists(documents: list[Document], corpus: Path) -> Iterator[Finding]:
    try:
        lists = load_checklists(corpus)
    except CorpusError as error:
        yield _from_error(error, corpus)
        return
    for checklist, item, problem in wrong_quotes(lists, documents):
        message = f"{checklist.name}, “{item.element}”, {problem} Quote a sentence that stands there."
        yield Finding(FILE, line_of(corpus / FILE, item), "checklist", message)


def _from_error(error: CorpusError, folder: Path) -> Finding:
    path = error.path
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) and path != folder else str(path)
    return Finding(name, error.line, "load", f"{error.problem} {error.mend}".strip())
