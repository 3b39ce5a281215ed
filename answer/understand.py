"""What a question asks: its kind, the laws and citations that it names, and what its history adds.

Everything here is a soft signal for retrieval and for reading the verdict; nothing filters.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from answer import direction, laws
from answer.direction import Direction
from answer.follow_up import resolve
from answer.frame import Frame, read
from answer.glossary import Glossary, clean
from answer.lookup import provisions
from mayshare.lexical import terms
from mayshare.schema import Question

SHORT_TERMS = 20  # a turn with more content says itself what it is about
EARLIER = 4  # turns that are read together with this one
ASKER_WORDS = 10  # of what the user says of who asks
RECENT = 8  # turns among which it is looked for what this one leans on


class Asks(Enum):
    """What would answer the question."""

    PERMISSION = "may something be done"
    DUTY = "must something be done"
    CONSENT = "is consent needed"
    PROHIBITION = "does a law stand in the way"
    REFUSAL = "may something be refused"
    FACT = "is something so"
    EXPLAIN = "what, who, how, when"


class Understood(NamedTuple):
    """A question made ready for retrieval.

    `current` is the last turn, cleaned and resolved against the turn before it; `context` the earlier turns that it leans on;
    `views` the turn after the last four, after the first and after the last before it, each read as one question; `focus` the
    sentence of the question that asks; `expansion` lexical terms that the glossary adds; `named` the glossary's terms that the question and its context
    name; `asker` the party that says it asks; `introduced` the same read as though it began with who asks, where the user said so once
    for all questions and this one doesn't say it itself.
    """

    current: str
    context: str
    focus: str
    asks: Asks
    laws: tuple[str, ...]
    citations: tuple[str, ...]
    expansion: tuple[str, ...]
    states: tuple[str, ...]
    named: tuple[str, ...] = ()
    frame: Frame = Frame()
    direction: Direction = Direction()
    asker: str = ""
    views: tuple[Understood, ...] = ()
    introduced: Understood | None = None

    @property
    def told(self) -> Understood:
        """With all that is known of who asks."""
        return self.introduced or self

    @property
    def text(self) -> str:
        """Context and current turn as one text."""
        return f"{self.context} {self.current}".strip()


STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|District of Columbia|Florida|Hawaii|Idaho|"
    "Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    "Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|"
    "Pennsylvania|Puerto Rico|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|"
    "West Virginia|Wisconsin|Wyoming|Georgia|Washington"
)
_STATE = re.compile(rf"\b(?:{STATES})\b(?! (?:D\.?C\.?|Univ|State University))", re.IGNORECASE)

_PATTERNS: tuple[tuple[Asks, re.Pattern[str]], ...] = tuple(
    (asks, re.compile(pattern, re.IGNORECASE))
    for asks, pattern in (
        (
            Asks.PROHIBITION,
            r"\b(?:prevent|prohibit|stop|forbid|bar|block|keep|get in the way|stand in the way|prohibits|prevents)s?\b"
            r".{0,60}\b(?:from|of|way|me|us|sharing|giving|telling|getting)\b|\bin the way\b|\b(?:illegal|unlawful|violat\w+|breach)\b",
        ),
        (
            Asks.CONSENT,
            r"\b(?:need|require|have to (?:get|have|obtain)|must (?:get|have|obtain)|get)s?\b.{0,50}"
            r"\b(?:consent|permission|release|authori[sz]ation|signature|sign-?off|warrant|court order|ROI|(?:'s|his|her|their|(?:mom|dad|mother|father|parent|guardian)s?) ok(?:ay)?)\b"
            r"|\b(?:consent|permission|release|authori[sz]ation|(?:parent|mom|dad|mother|father|guardian)(?:al|s|'s|s')? ok(?:ay)?)\b.{0,30}\b(?:needed|required|necessary)\b"
            r"|\b(?:need|require|have to (?:get|have)|must (?:get|have))s?\b.{0,60}\b(?:to sign|signed|signatures?|slips?|okays?)\b",
        ),
        (
            Asks.REFUSAL,
            r"\b(?:can|may|could|allowed to|able to)\b.{0,40}\b(?:refuse|deny|withhold|say no|turn down|decline)\b",
        ),
        (
            Asks.DUTY,
            r"\b(?:must|have to|has to|required to|obligated|obliged|need to|supposed to|mandatory|ha(?:ve|s) a duty|"
            r"owe[sd]?|still needed|compulsory|obligatory)\b|^(?:do|does|did|am|are|is)\b.{0,60}\brequire",
        ),
        (
            Asks.PERMISSION,
            r"\b(?:may|can|could|might)\s+(?:i|we|he|she|they|you|it|the|a|an|our|my|your|this|that|someone|anyone|\w+s?\b)"
            r"|\b(?:allowed|permitted|permissible|ok(?:ay)? (?:to|if|for)|okay|legal|legally|free to|all ?right|right to|allow|permit|let)\b",
        ),
    )
)
_REFUSES = dict(_PATTERNS)[Asks.REFUSAL]
_LEAD = r"(?:(?:and|so|but|ok|okay|then|well|also|hi|hello|now|please)[, ]+)*"
_WH = re.compile(
    rf"(?:^{_LEAD}|[,;:–-] ?{_LEAD})(?:what|which|who|whom|whose|when|how|why|where|tell me|explain|describe|list)\b(?!'?s? (?:if|about))"
    r"(?! (?:the|a|an|our|my|i|we|they|he|she) )",
    re.IGNORECASE,
)
# the question itself, before anything that only sounds like one
_MAY_I = re.compile(rf"^{_LEAD}(?:may|can|could|might) (?:i|we|they|he|she|you|it|our|my|the|a|an) ", re.IGNORECASE)
_ELLIPTIC = re.compile(
    r"^(?:ok|okay|allowed|legal|give|share|permitted|fine|tell|send|release)\b.{0,40}\?$", re.IGNORECASE
)
_YES_NO = re.compile(
    rf"^{_LEAD}(?:is|are|was|does|do|did|am|has|have|will|would|should)\b"
    r"|\b(?:do|does|did|is|are|am|has|have) (?:i|we|they|he|she|it|the|our|my) (?!not)|\bright\?$",
    re.IGNORECASE,
)


# "The detective wants her schedule." asks whether it may be given, though nothing in it asks
_REQUEST = re.compile(
    r"\b(?:wants?|wanted|asks?|asked|asking|requests?|requested|requesting|demands?|demanded|demanding|subpoenaed)\b",
    re.IGNORECASE,
)


def understand(question: Question, glossary: Glossary, lean: bool = False) -> Understood:
    """Read a question with its history; no model, no network. With `lean` it is taken as a follow-up."""
    found = _turn(question, glossary, lean)
    if not question.asker.strip() or found.asker:
        return found
    return found._replace(introduced=_turn(_introduced(question), glossary, lean))


def _introduced(question: Question) -> Question:
    """The same, as though it began with who asks."""
    asker = " ".join(question.asker.split()[:ASKER_WORDS]).rstrip(".,;:!?")
    said = f"I am {'an' if asker[:1].lower() in 'aeiou' else 'a'} {asker}."
    if question.history:
        first, *rest = question.history
        return question.model_copy(update={"history": (f"{said} {first}", *rest)})
    return question.model_copy(update={"text": f"{said} {question.text}"})


def _turn(question: Question, glossary: Glossary, lean: bool) -> Understood:
    """What is asked, whoever asks."""
    turn, history = clean(question.text), [clean(turn) for turn in question.history]
    context, current = resolve(turn, history[-RECENT:], lean)
    found = _read(context, current, glossary)
    if not history or not (context or len(terms(turn)) <= SHORT_TERMS):
        return found
    before = dict.fromkeys([" ".join(history[-EARLIER:]), history[0], history[-1]])
    views = (_read("", f"{told} {turn}", glossary) for told in before)
    # a provision that an earlier turn named has been looked up then
    return found._replace(views=tuple(view._replace(citations=found.citations) for view in views))


def _read(context: str, current: str, glossary: Glossary) -> Understood:
    """The same of a turn whose context is known."""
    focus = find_focus(current)
    whole = f"{context} {current}".strip()
    who = direction.who_asks(whole)
    return Understood(
        current=current,
        context=context,
        focus=focus,
        asks=_asks_with_context(focus, context),
        laws=laws.named(whole),
        citations=provisions(current),
        expansion=tuple(glossary.expansion(whole)),
        named=tuple(glossary.find(whole)),
        frame=read(whole),
        direction=direction.read_told(focus, current, who),
        asker=who,
        states=tuple(dict.fromkeys(match[0].title() for match in _STATE.finditer(current))),
    )


def find_focus(text: str) -> str:
    """The sentence that asks: the last with a question mark, else the last that opens like a question."""
    pieces = [piece.strip() for piece in re.split(r"(?<=[.!?])\s+", text) if piece.strip()]
    asking = [piece for piece in pieces if piece.endswith("?")]
    if asking:
        # "Is that ok?" after the real question points back at it
        return asking[-1] if len(terms(asking[-1])) >= 2 or len(asking) == 1 else asking[-2]
    framed = [piece for piece in pieces if _WH.search(piece) or any(p.search(piece) for _, p in _PATTERNS)]
    return framed[-1] if framed else text


# "Teachers may not report abuse until the principal approves, isn't that so?"
_CONFIRMS_A_BAN = re.compile(
    r"\b(?:can'?t|cannot|can not|may not|must not|mustn'?t|never|(?:not|isn'?t|aren'?t) allowed|forbids?|bars?|prohibits?|bans?)\b"
    r".*\b(?:right|so|correct|true|yes|is it|isn'?t it|aren'?t (?:i|we|they))\s*[?!.]*$",
    re.IGNORECASE,
)


def kind_of(focus: str) -> Asks:
    """What a single asking sentence wants to know."""
    if _CONFIRMS_A_BAN.search(focus):
        return Asks.PROHIBITION
    if _WH.search(focus):
        return Asks.EXPLAIN
    if _MAY_I.search(focus) and not _REFUSES.search(focus):
        return Asks.PERMISSION
    for asks, pattern in _PATTERNS:
        if pattern.search(focus):
            return asks
    if _ELLIPTIC.search(focus):
        return Asks.PERMISSION
    if _YES_NO.search(focus):
        return Asks.FACT
    return Asks.PERMISSION if _REQUEST.search(focus) and "?" not in focus else Asks.EXPLAIN


def _asks_with_context(focus: str, context: str) -> Asks:
    """A turn without a frame of its own ("and if she's 18?") asks what the turn before it asked."""
    before = [piece for piece in re.split(r"(?<=[.!?])\s+", context) if piece]
    for text in (focus, *reversed(before)):
        if _WH.search(text) or _YES_NO.search(text) or any(pattern.search(text) for _, pattern in _PATTERNS):
            return kind_of(text)
    return kind_of(focus)
