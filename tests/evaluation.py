"""A small case, its corpus and answers made by hand, for the evaluation tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.cases import Case, Gold, gold
from eval.matching import Matcher
from eval.metrics.context import Context
from eval.setup import Embedder
from mayshare.schema import Answer, Citation, CitedSource, Claim, Document, Hit, Passage, Question, Verdict

BODY = (
    "A school may give police education records in an emergency (34 CFR 99.36). "
    "A general wish to inform the police is not an emergency (34 CFR 99.36(c)). "
    "A school must record each disclosure to the police (34 CFR 99.32(a)(5))."
)
SENTENCES = tuple(f"{part.strip()}." for part in BODY.split(". ") if part)
OTHER = "A clinic may bill Medicaid for therapy. A nurse may give medicine."


def sentence(n: int) -> tuple[int, int]:
    """Place of sentence n of BODY."""
    text = SENTENCES[n].rstrip(".")
    start = BODY.index(text)
    return start, start + len(text) + 1


def document(source_id: str = "emergency", body: str = BODY) -> Document:
    return Document.model_validate(
        {
            "source_id": source_id, "title": source_id, "kind": "law", "laws": ["FERPA"], "jurisdiction": "us",
            "status_as_of": "2026-11-01", "authorities": ["34 CFR 99.36"], "sources": [], "body": body, "sha256": "0",
            "path": f"{source_id}.md", "body_line": 1,
        }
    )  # fmt: skip


DOCUMENTS = {"emergency": document(), "other": document("other", OTHER)}


def case(**changes: Any) -> Case:
    values: dict[str, Any] = {
        "id": "c1", "asker": "principal", "kind": "answerable",
        "question": "Can I give the police a student's records in an emergency?", "laws": ["FERPA"],
        "verdict": "conditional", "bottom_line": "Yes in an emergency.",
        "nuggets": [
            {"text": "A school may give police records in an emergency.", "importance": "vital"},
            {"text": "Each disclosure must be recorded.", "importance": "okay"},
        ],
        "must_not_omit": ["A general wish to inform the police is not an emergency."],
        "wrong_if": ["A school must not give police education records in an emergency."],
        "authorities": ["34 CFR 99.36"],
        "basis": {"publisher": "ED", "title": "FAQ"}, "author": "test",
        "evidence": [
            {"document": "emergency", "quote": BODY[slice(*sentence(0))], "group": 1},
            {"document": "emergency", "quote": BODY[slice(*sentence(2))], "group": 2},
        ],
    } | changes  # fmt: skip
    return Case.model_validate(values)


def truth(**changes: Any) -> Gold:
    return gold(case(**changes), DOCUMENTS)


def passage(start: int, end: int, source_id: str = "emergency") -> Passage:
    text = DOCUMENTS[source_id].body[start:end]
    return Passage(source_id=source_id, start=start, end=end, text=text, title=source_id)


def hits(*places: tuple[int, int, str]) -> tuple[Hit, ...]:
    return tuple(Hit(passage=passage(*place), score=1.0 / n) for n, place in enumerate(places, start=1))


def claim(
    n: int, number: int = 0, text: str | None = None, start: int | None = None, quote: str | None = None
) -> Claim:
    place = sentence(number)
    where = place[0] if start is None else start
    words = BODY[slice(*place)] if quote is None else quote
    citation = Citation(n=n, passage_id=f"emergency:0-{len(BODY)}", quote=words, start=where, end=where + len(words))
    return Claim(text=text or BODY[slice(*place)], citations=(citation,), role="bottom_line" if n == 1 else "rule")


def answer(*claims: Claim, verdict: Verdict = "conditional", **changes: Any) -> Answer:
    sources = tuple(
        CitedSource(
            n=c.n, source_id="emergency", title="emergency", heading="emergency", quote=c.quote, start=c.start,
            end=c.end, authorities=("34 CFR 99.36",), url="", status_as_of=None,
        )
        for made in claims for c in made.citations
    )  # fmt: skip
    return Answer(
        question=Question(text="q", qid="c1"), verdict=verdict, claims=claims, sources=sources,
        hits=changes.pop("hits", hits((0, len(BODY), "emergency"))), **changes,
    )  # fmt: skip


def context(settings: Any) -> Context:
    return Context(Matcher(Embedder(settings), [*SENTENCES, OTHER]), DOCUMENTS)


# of the small corpus (tests/conftest.py), which the questions below are about
THREAT = (
    "A school may disclose education records to police without consent when an articulable and significant threat to "
    "health or safety exists (34 CFR 99.36)."
)
LOGGED = (
    "A school must record every emergency disclosure, with the threat and the recipients, in the student's file "
    "(34 CFR 99.32(a)(5))."
)
LOST = "A clinic must not treat the parent as representative where the minor lawfully consented alone (45 CFR 164.502(g)(3)(i))."
SMALL_SET: dict[str, dict[str, Any]] = {
    "emergency-001": {
        "question": "May a school give police records in an emergency?",
        "evidence": [
            {"document": "ferpa-emergency", "quote": THREAT, "group": 1},
            {"document": "ferpa-emergency", "quote": LOGGED, "group": 2},
            {"document": "hipaa-parents", "quote": LOST, "group": 3},
        ],
        "nuggets": [
            {"text": "A school may give police records in an emergency.", "importance": "vital"},
            {"text": "The zebra must be fed at noon by two keepers.", "importance": "okay"},
        ],
        "wrong_if": [],
    },
    "emergency-002": {
        "asker": "neighbor", "kind": "out_of_scope", "question": "How do I bake bread?", "verdict": "abstain",
        "abstention": "out_of_scope", "laws": [], "bottom_line": "This is not about sharing.", "nuggets": [],
        "must_not_omit": [], "wrong_if": [], "authorities": [], "evidence": [],
    },
}  # fmt: skip


def small_case(name: str) -> Case:
    """A question of the small set."""
    return case(id=name, topic="emergency", **SMALL_SET[name])


def write_small_set(folder: Path) -> Path:
    """Two development questions about the small corpus, and a README whose log ends it; the questions' folder."""
    folder.mkdir(parents=True)
    items = [small_case(name).model_dump(mode="json", exclude={"topic", "split"}) for name in SMALL_SET]
    content = {"topic": "emergency", "split": "dev", "questions": items}
    (folder / "emergency.yaml").write_text(json.dumps(content), encoding="utf-8")
    (folder / "README.md").write_text("# Questions\n\n| date | change |\n|---|---|\n", encoding="utf-8")
    return folder
