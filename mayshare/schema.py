"""The nouns of mayshare: frozen, validated, without behaviour.

Offsets are character offsets into `Document.body` (the text after the front matter), half open:
`body[start:end]`. A passage id is `source_id:start-end`.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mayshare.verdicts import Abstention, Verdict

__all__ = [  # what other modules take from here, the two re-exported names among them
    "Abstention", "Answer", "Citation", "CitedSource", "Claim", "Document", "Filters", "Frozen", "Hit", "Kind",
    "Official", "Part", "Passage", "Phrasing", "Question", "Related", "Role", "Sentence", "Source", "Span",
    "Term", "Verdict", "Why",
]  # fmt: skip

Kind = Literal["law", "situation", "practice", "official"]
Role = Literal["bottom_line", "rule", "condition", "exception", "state_law", "next_step"]


class Frozen(BaseModel):
    """A value: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """A public page where a reader can check the law: who published it, what, where, when it was seen."""

    publisher: str
    title: str
    url: str
    seen: dt.date | None = None


class Part(Frozen):
    """A piece of a document that came from another format than ours: its span and where it stands in the file.

    `locator` is a page, a line or a designator; `authority` the citation of a paragraph of law; `lead` introduces it.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()
    locator: str = ""
    authority: str | None = None
    lead: str = ""


class Document(Frozen):
    """One file of the corpus: what its front matter or sidecar says, and its body.

    `parts` are there where the body was read from another format; then passages are cut by them and not by headings.
    """

    source_id: str
    title: str
    kind: Kind
    laws: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    jurisdiction: str = "us"
    status_as_of: dt.date | None = None
    review_by: dt.date | None = Field(default=None, description="day of the next review, where its author sets one")
    reviewed_by: str | None = None
    authorities: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    unverified: tuple[str, ...] = ()
    body: str
    sha256: str = Field(description="of the whole file's bytes, hex")
    path: str = Field(default="", description="file path, relative to the corpus folder")
    body_line: int = Field(default=1, description="1-based line of the file on which the body starts")
    parts: tuple[Part, ...] = ()


class Sentence(Frozen):
    """A sentence of a passage: its span in the body, what it is for, and the authorities it cites."""

    start: int
    end: int
    role: Role
    authorities: tuple[str, ...] = ()


class Span(Frozen):
    """A place in a document: `body[start:end]`, in characters."""

    source_id: str
    start: int
    end: int

    def overlap(self, other: Span) -> int:
        """Characters that both spans hold."""
        if self.source_id != other.source_id:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))


class Place(Frozen):
    """A section of the guidance: its document and its heading."""

    source_id: str
    heading: str


class Passage(Frozen):
    """What is retrieved: a section of a document, or a part of one. `body[start:end] == text`, always.

    `locator` says where it stands in the file (line, page, designator), `lead` what introduces a lone paragraph of law.
    """

    source_id: str
    start: int
    end: int
    text: str
    heading_path: tuple[str, ...] = ()
    title: str
    laws: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    locator: str = ""
    lead: str = ""

    @property
    def passage_id(self) -> str:
        """`source_id:start-end`."""
        return f"{self.source_id}:{self.start}-{self.end}"

    @property
    def heading(self) -> str:
        """Its own heading, or the document's title where it stands under none."""
        return self.heading_path[-1] if self.heading_path else self.title

    @property
    def place(self) -> Place:
        """The section that it is of."""
        return Place(source_id=self.source_id, heading=self.heading)

    @property
    def first_sentence(self) -> str:
        """Its first sentence, word for word, or "" where it has none."""
        if not self.sentences:
            return ""
        first = self.sentences[0]
        return self.text[first.start - self.start : first.end - self.start]

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The authorities of its first sentence, none where it has no sentence."""
        return self.sentences[0].authorities if self.sentences else ()

    @property
    def span(self) -> Span:
        """Where the passage stands."""
        return Span(source_id=self.source_id, start=self.start, end=self.end)


class Why(Frozen):
    """How a hit got its score: each leg's own score and its share after normalising."""

    lexical: float = 0.0
    dense: float = 0.0
    heading: float = 0.0
    rerank: float = 0.0


class Hit(Frozen):
    """A retrieved passage. `score` orders hits within one question only."""

    passage: Passage
    score: float
    why: Why = Why()


class Filters(Frozen):
    """What the user narrowed the search to; empty means everything."""

    laws: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


class Question(Frozen):
    """A question, the user's earlier turns (oldest first), and filters.

    `asker`: who asks, in a few words ("school nurse"), where the user said so once for all questions; "" where not.
    `situation`: the section that the user chose as what they ask about; it leads the answer.
    """

    text: str
    asker: str = ""
    history: tuple[str, ...] = ()
    filters: Filters = Filters()
    situation: Place | None = None
    qid: str | None = None


class Citation(Frozen):
    """A claim's support: number `n` of the answer's sources; the quote stands at `start:end` of the body."""

    n: int
    passage_id: str
    quote: str
    start: int
    end: int


class Claim(Frozen):
    """One statement of the answer."""

    text: str
    citations: tuple[Citation, ...]
    role: Role
    unverified: bool = False


class Official(Frozen):
    """Official text of a provision: `body[start:end]` of the document begins with the quote."""

    citation: str
    quote: str
    source_id: str
    start: int
    end: int
    status_as_of: dt.date | None = None


class CitedSource(Frozen):
    """An entry of the answer's source list: the quoted sentence and the document it stands in.

    `official` holds the text of the sentence's authorities, where the index has it.
    """

    n: int
    source_id: str
    title: str
    heading: str
    quote: str
    start: int
    end: int
    authorities: tuple[str, ...]
    url: str
    status_as_of: dt.date | None
    reviewed_by: str | None = None
    stale: bool = Field(default=False, description="the document was past its review date when the question was asked")
    official: tuple[Official, ...] = ()


class Related(Frozen):
    """A heading of the corpus near the question, offered to read next."""

    source_id: str
    title: str
    heading: str
    start: int


class Situation(Frozen):
    """What an answer takes the question to be about: the section that leads it, and others that may be meant.

    `probability`: estimated, that the section is the one; None where the user chose it. `unsure`: it is too low to
    answer without saying so.
    """

    section: Related
    others: tuple[Related, ...] = ()
    probability: float | None = None
    unsure: bool = False


class Answer(Frozen):
    """The answer to one question.

    `text` is the whole answer in words. On abstention `claims` may hold what is settled, and `message`
    says why the rest is not and what would settle it. `hits` are kept in every case, for evaluation.
    `confidence` is the estimated probability that the corpus answers the question, where it was estimated.
    Where a language model worded claims: `model` names it, `rejected` counts its statements that no passage bears out,
    `notice` says what went wrong with it, and `sent` is the redacted question that it was given.
    `urgent` says what comes first where the question tells of a danger that is happening now.
    `opening` is the verdict in words, as it opens the answer; "" where the verdict's usual words do.
    """

    question: Question
    verdict: Verdict
    claims: tuple[Claim, ...] = ()
    abstention: Abstention | None = None
    message: str = ""
    text: str = ""
    sources: tuple[CitedSource, ...] = ()
    related: tuple[Related, ...] = ()
    corpus_version: str = ""
    engine: str = "extractive"
    timings_ms: dict[str, float] = Field(default_factory=dict)
    hits: tuple[Hit, ...] = ()
    confidence: float | None = None
    model: str = ""
    rejected: int = 0
    notice: str = ""
    sent: str = ""
    urgent: str = ""
    opening: str = ""
    situation: Situation | None = None


class Phrasing(Frozen):
    """How a professional asks what a section of a document answers, in their own words, and the verdict for it.

    `sentence`: which sentence of the section carries the answer, counted from 1. `case`: the facts that it tells turn
    the verdict, so that it leads to the section and says nothing of the verdict of a question with other facts.
    """

    source_id: str
    heading: str
    sentence: int = 1
    case: bool = False
    verdict: Verdict
    text: str


class Term(Frozen):
    """A glossary entry: the standard term, other ways people type it, and what it means."""

    term: str
    aliases: tuple[str, ...] = ()
    definition: str = ""
    laws: tuple[str, ...] = ()
