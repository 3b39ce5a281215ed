"""Hold the corpus' statements of law against official text on this machine, statement by statement.

    python scripts/check_against_official.py CORPUS OFFICIAL [--list]

For each sentence with a citation into a section that OFFICIAL holds: does the cited paragraph exist, does every
number of the sentence (ages, days, money) stand in the section, and does the cited text have the modality of the
sentence (a duty needs "shall", "must" or "require"; a ban needs a negation)? A finding is a sentence to read by eye,
not a fault: text in a definition or a chapeau is often stated elsewhere in the section.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ingest.chunk import chunk
from ingest.load import load_corpus
from mayshare import cites

_MARK = re.compile(r"^\(([0-9]{1,2}|[a-z]{1,5}|[A-Z]{1,5})\)")
_ROMAN = re.compile(r"^[ivxlcdm]+$")
_WORDS = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen eighteen".split(),
        "2 3 4 5 6 7 8 9 10 11 12 13 14 18".split(),
        strict=True,
    )
)
READINGS = 3000  # of an ambiguous run of marks
_NUMBER = re.compile(r"(?<![\w.(])\$?\d{1,3}(?:,\d{3})+|(?<![\w.(])\$?\d{2,6}(?![\w.])")


class Official:
    """Sections of official text, and the paragraph designators that each one has."""

    def __init__(self, folder: Path) -> None:
        self.sections: dict[str, str] = {}
        self.places: dict[str, set[str]] = {}
        for path in sorted([*folder.rglob("*.md"), *folder.rglob("*.txt")]):
            for base, text in _sections(path):
                self.sections[base] = self.sections.get(base, "") + "\n" + text
        for base, text in self.sections.items():
            self.places[base] = set(_designators(text))


def _sections(path: Path) -> Iterator[tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    if name := re.match(r"usc(\d+)-([0-9a-z]+?(?:-\d+)?)(?:-a7-chunk)?\.md$", path.name):
        yield f"{name[1]} USC {name[2]}", text
        return
    part = re.match(r"(\d+)cfr", path.name)
    heads = list(re.finditer(r"^(?:## )?§ ?(\d+\.\d+) .*$", text, re.MULTILINE))
    for head, after in zip(heads, [*heads[1:], None], strict=False):
        if part:
            yield f"{part[1]} CFR {head[1]}", text[head.end() : after.start() if after else len(text)]


def _designators(text: str) -> Iterator[str]:
    """Every path of paragraph marks, such as (a)(1)(ii), that some reading of the marks allows.

    "(i)" after "(h)" may open a list or go on with the letters, so all readings are followed side by side.
    """
    readings: list[tuple[str, ...]] = [()]
    headings: set[str] = set()
    for line in text.splitlines():
        if line.startswith("#"):
            if line in headings:  # a long section comes in pieces, each with the headings of the first
                continue
            headings.add(line)
        rest = re.sub(r"^#+\s*", "", line).strip()
        while mark := _MARK.match(rest):
            readings = list(dict.fromkeys(r for path in readings for r in _places(path, mark[1])))[:READINGS] or [
                (mark[1],)
            ]
            for path in readings:
                yield "".join(f"({p})" for p in path)
            rest = rest[mark.end() :].lstrip()


def _places(path: tuple[str, ...], mark: str) -> Iterator[tuple[str, ...]]:
    """Paths with `mark` on them: after its predecessor at any depth, or as the first of a new level."""
    for depth in range(len(path) - 1, -1, -1):
        if _follows(path[depth], mark):
            yield (*path[:depth], mark)
    if mark in ("a", "1", "i", "A", "I") or not path:
        yield (*path, mark)


def _follows(before: str, mark: str) -> bool:
    if before.isdigit() and mark.isdigit():
        return int(mark) == int(before) + 1
    if before.isalpha() and mark.isalpha() and before.islower() == mark.islower():
        if (
            _ROMAN.match(before.lower())
            and _ROMAN.match(mark.lower())
            and _value(mark.lower()) == _value(before.lower()) + 1
        ):
            return True
        return len(before) == len(mark) == 1 and ord(mark) == ord(before) + 1
    return False


def _value(roman: str) -> int:
    values = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
    numbers = [values[c] for c in roman]
    return sum(-n if any(m > n for m in numbers[i + 1 :]) else n for i, n in enumerate(numbers))


def findings(corpus: Path, official: Official) -> Iterator[tuple[str, str, str, str]]:
    """Kind, document, sentence and what to look at; kind `checked` counts a sentence that was held against text."""
    documents, _ = load_corpus(corpus)
    for document in (each for each in documents if each.kind != "official"):
        for passage in chunk(document, 10_000):
            for span in passage.sentences:
                sentence = document.body[span.start : span.end]
                cited = [c for c in cites.find(sentence) if c.base in official.sections]
                if not cites.find(sentence):
                    continue
                if not cited:
                    yield "not held", document.source_id, sentence, ""
                    continue
                yield "checked", document.source_id, sentence, ""
                yield from _sentence(document.source_id, sentence, cited, official)


def _sentence(
    source_id: str, sentence: str, cited: list[cites.Cite], official: Official
) -> Iterator[tuple[str, str, str, str]]:
    for cite in cited:
        if (sub := cite.text.removeprefix(cite.base)) and sub not in official.places[cite.base]:
            yield "pinpoint", source_id, sentence, cite.text
    text = " ".join(official.sections[c.base] for c in cited).lower()
    plain = re.sub(r"\([^)]*\d[^)]*\)", " ", re.sub(r"\d+ (?:CFR|USC)[^,;)]*", " ", sentence))
    every = all(c.base in official.sections for c in cites.find(sentence))
    for number in _NUMBER.findall(plain) if every else ():
        words = [w for w, n in _WORDS.items() if n == number]
        if number.lower() not in text and not any(w in text for w in words):
            yield "number", source_id, sentence, number
    if (
        every
        and re.search(r"\bmust not\b|\bmay not\b", plain)
        and not re.search(r"\bnot\b|\bno\b|\bnor\b|prohibit|unless|only|except", text)
    ):
        yield "modal", source_id, sentence, "ban"
    if every and re.search(r"\bmust\b(?! not)", plain) and not re.search(r"\bshall\b|\bmust\b|requir|may not", text):
        yield "modal", source_id, sentence, "duty"


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("official", type=Path)
    parser.add_argument("--list", action="store_true", help="print each finding, not the counts alone")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for kind, source_id, sentence, what in findings(options.corpus, Official(options.official)):
        counts[kind] += 1
        if options.list and kind not in ("checked", "not held"):
            sys.stdout.write(f"{kind}: {source_id}: {what}\n    {sentence}\n")
    sys.stdout.write("".join(f"{kind}: {count}\n" for kind, count in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
