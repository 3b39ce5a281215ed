"""`assemble(settings)` builds the one `ask` that the chat, the CLI and the evaluation call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from answer import abstain, alarm, compose, emergency, situation, verdict
from answer.decide import Decider, Decision
from answer.glossary import Glossary, clean
from answer.lead import lead
from answer.retrieve import Evidence, HybridRetriever
from answer.select import Selected, select, with_rule
from answer.turn import Clock, Opened, Turn
from answer.understand import Understood, understand
from mayshare import freshness, generation
from mayshare.config import Settings
from mayshare.errors import IndexError_
from mayshare.index import Index, open_index
from mayshare.intent import load_intent_model
from mayshare.lexical import terms
from mayshare.reader import load_reader
from mayshare.schema import Answer, Hit, Question, Verdict
from mayshare.text import plain

if TYPE_CHECKING:
    from answer.generate.rewrite import Rewriter

ENGINE = "extractive"
SILENT: tuple[Verdict, str] = ("explain", "")  # no yes and no no
LEANING_TERMS = 8  # a turn with more content stands by itself


class Engine:
    """Answers questions from the live generation, and follows the pointer when a new one goes live.

    Safe to call from several threads; each answer comes wholly from one generation.
    """

    def __init__(
        self,
        settings: Settings,
        index: Index | None = None,
        without: frozenset[str] = frozenset(),
        today: Callable[[], dt.date] = dt.date.today,
        pinned: bool = False,
    ) -> None:
        """Raises what `mayshare.index.open_index` raises.

        Args:
            index: one that is open already, to share it between engines.
            without: parts to leave out, for ablation: `glossary`, `further`, `follow_up`, `reader`, `leading`,
                `rerank`, `intent`, `model`.
            today: the day on which a question is asked, which tells what is past its review date.
            pinned: stay on this index when another generation goes live.
        """
        self._pinned = pinned
        self.settings, self._without, self._today = settings, without, today
        threads = settings.embedding.threads
        decides = "reader" not in without
        # what rereads leading sections was fitted beside the built-in embedding, and to no other
        rereads = "rerank" not in without and settings.embedding.provider == "minilm"
        reader = load_reader(settings.model_folder, threads) if decides or rereads else None
        self._decider = Decider(reader) if reader and decides else None
        self._reranker = reader if rereads else None
        self._intents = load_intent_model(settings.model_folder, threads) if "intent" not in without else None
        self.alarm = alarm.Alarm(self._intents)
        self._writer = _writer(settings) if "model" not in without else None
        self._lock = Lock()
        self._open = self._over(index or open_index(settings))
        self._behind: str | None = None

    @property
    def notice(self) -> str | None:
        """What users should know of the index just now: a newer one can't be opened, or Chroma doesn't serve."""
        return self._behind or self._open.index.degraded

    @property
    def index(self) -> Index:
        """The index in use."""
        return self._open.index

    @property
    def glossary(self) -> Glossary:
        """The glossary of the index in use."""
        return self._open.glossary

    @property
    def retriever(self) -> HybridRetriever:
        """The retriever over the index in use."""
        return self._open.retriever

    def refresh(self) -> None:
        """Open a newer generation if one went live; where it can't be opened the present one stays, with a notice."""
        if self._pinned:
            return
        with self._lock:
            try:
                live = generation.live(self.settings.store)
                if live == self._open.index.manifest.generation:
                    self._behind = None
                    return
                before, self._open = self._open, self._over(open_index(self.settings))
                before.index.close()
                self._behind = None
            except IndexError_ as error:
                self._behind = f"A newer index can't be opened; the one of before still serves. {error}"

    def _over(self, index: Index) -> Opened:
        glossary = Glossary(() if "glossary" in self._without else index.glossary)
        leading = "leading" not in self._without
        retriever = HybridRetriever(index, glossary, self.settings.retrieval, self._reranker, leading)
        return Opened(index, glossary, retriever)

    @property
    def model(self) -> str:
        """The language model that words claims and where it runs, or "" where none is set."""
        return self._writer.name if self._writer else ""

    def ask(self, question: Question, on_claim: Callable[[str], object] | None = None) -> Answer:
        """Answer, or abstain with a reason. Never raises for what a user may type.

        Args:
            on_claim: called with each statement of a language model as soon as it stands, for streaming.
        """
        if "follow_up" in self._without:
            question = question.model_copy(update={"history": ()})
        told = self.alarm.told(question)
        answer = self._dated(self._ask(Turn(question, told, on_claim, Clock())))
        foreign = answer.abstention == "out_of_scope" and not answer.hits
        if not told.first or answer.abstention == "unsafe" or foreign:
            return answer
        first = told.first if answer.claims else told.first.removesuffix(emergency.BELOW).strip()
        return answer.model_copy(update={"urgent": first, "text": f"{first}\n\n{answer.text}"})

    def _ask(self, turn: Turn) -> Answer:
        question, clock = turn.question, turn.clock
        self.refresh()
        opened = self._open
        refusal = abstain.before_retrieval(question, self.settings.answering.max_question_chars)
        if refusal:
            return self._abstained(opened, turn, refusal)
        understood = understand(question, opened.glossary)
        clock.lap("understand")
        evidence = self._evidence(opened, understood, question)
        clock.lap("retrieve")
        threshold, danger = self.settings.answering.threshold, turn.told.danger
        refusal = abstain.after_retrieval(understood, evidence, threshold, danger is not None)
        if refusal and refusal.reason == "unsafe":
            return self._abstained(opened, turn, refusal)
        # where it leans and is refused, or stands by itself and isn't, nothing turns on it
        matters = bool(question.history) and danger is None and bool(understood.context) is not bool(refusal)
        elsewhere = matters and self._is_elsewhere(question)
        if elsewhere and not refusal:
            refusal = abstain.Refusal("out_of_scope", f"{abstain.MESSAGES['out_of_scope']} {abstain.AS_ONE}")
        if refusal and question.history and not (understood.context or elsewhere) and _leans(understood):
            # what can't be answered alone may lean on the turns before it after all
            leaning = understand(question, opened.glossary, lean=True)
            more = self._evidence(opened, leaning, question)
            again = abstain.after_retrieval(leaning, more, threshold, danger is not None)
            if again is None:
                understood, evidence, refusal = leaning, more, None
        if refusal and danger and refusal.reason in ("out_of_scope", "not_in_corpus", "missing_facts"):
            # a child in danger gets the emergency rule, however the question is worded
            understood = understand(alarm.asking(question, danger), opened.glossary)
            evidence = self._evidence(opened, understood, question)
            return self._answered(opened, turn, understood, evidence, ours=True)
        if refusal or not evidence.hits:
            weak = abstain.Refusal("not_in_corpus", abstain.MESSAGES["not_in_corpus"])
            return self._abstained(opened, turn, refusal or weak, understood, evidence)
        return self._answered(opened, turn, understood, evidence)

    def evidence(self, question: Question) -> tuple[Understood, Evidence]:
        """What a question is taken to ask, and what is found for it, before anything is decided."""
        understood = understand(question, self._open.glossary)
        return understood, self._evidence(self._open, understood, question)

    def _evidence(self, opened: Opened, understood: Understood, question: Question) -> Evidence:
        k = self.settings.retrieval.k
        found = opened.retriever.evidence(understood, question.filters, k, question.situation)
        intent = self._intents.read(understood.text).intent if self._intents else None
        return found._replace(intent=intent)

    def _is_elsewhere(self, question: Question) -> bool:
        """Is a later turn about something that has nothing to do with the turns before it, nor with the guidance?"""
        turn = clean(question.text)
        return self._intents is not None and abstain.is_elsewhere(turn, self._intents.read(turn).intent)

    def _dated(self, answer: Answer) -> Answer:
        """Marks the sources that are past their review date today."""
        documents, days, today = self._open.index.documents, self.settings.review_days, self._today()
        past = {
            source.source_id
            for source in answer.sources
            if source.source_id in documents and freshness.days_past(documents[source.source_id], days, today) > 0
        }
        if not past:
            return answer
        sources = [s.model_copy(update={"stale": True}) if s.source_id in past else s for s in answer.sources]
        return answer.model_copy(update={"sources": tuple(sources)})

    def search(self, question: Question, k: int) -> tuple[Hit, ...]:
        """The `k` passages nearest to a question, best first."""
        self.refresh()
        opened = self._open
        understood = understand(question, opened.glossary)
        if not understood.text:
            return ()
        return opened.retriever.evidence(understood, question.filters, k).hits

    def _answered(
        self, opened: Opened, turn: Turn, understood: Understood, evidence: Evidence, ours: bool = False
    ) -> Answer:
        """`ours`: what is asked is the alarm's, not the user's, so that a yes or no would answer nobody."""
        hits = evidence.hits[:1] if "further" in self._without else evidence.hits
        led = lead(opened, turn, understood, evidence, hits, self.settings)
        selected = select(opened.index, led.hits, understood.told, self.settings.answering.max_words)
        if led.needed and selected:
            selected = with_rule(opened.index, selected, led.needed.passage)
        turn.clock.lap("select")
        if selected and abstain.decided_by_state(selected[0].text):
            refusal = abstain.Refusal("state_law", abstain.MESSAGES["state_law"])
            return self._abstained(opened, turn, refusal, understood, evidence)
        claims, sources = compose.compose(opened.index, selected)
        decided, opens = SILENT
        if claims and not ours and led.may_say(turn, understood):
            decided, opens = self._opens(opened, turn, understood, evidence, selected[0])
        message = abstain.caution(evidence, turn.told.danger is not None)
        if evidence.unexplained:
            message = f"{message} {abstain.unexplained(evidence.unexplained)}".strip()
        about = None
        if claims:
            about = led.situation(opened.index, turn, understood, evidence.hits, self.settings.answering.situation)
        if about and about.unsure:
            opens = situation.IF_SO
            message = f"{message} {situation.question(about)}".strip()
        turn.clock.lap("compose")
        answer = Answer(
            question=turn.question,
            verdict=decided,
            claims=claims,
            message=message,
            text=compose.render(opens or compose.VERDICT_WORDS[decided], claims, message),
            opening=opens,
            sources=sources,
            related=compose.related(evidence.hits, sources),
            corpus_version=opened.index.corpus_version,
            engine=ENGINE,
            timings_ms=turn.clock.timings(),
            hits=evidence.hits,
            confidence=abstain.answerable(understood, evidence),
            situation=about,
        )
        if self._writer is None or not selected:
            return answer
        answer = self._writer.reword(answer, selected, opened.index, turn.on_claim)
        turn.clock.lap("model")
        return answer.model_copy(update={"timings_ms": turn.clock.timings()})

    def _opens(
        self, opened: Opened, turn: Turn, understood: Understood, evidence: Evidence, first: Selected
    ) -> tuple[Verdict, str]:
        """The verdict and the words that open the answer. In a danger “It depends” only makes people wait."""
        decided, leaning = self._decide(opened, understood, evidence, first)
        opens = compose.opening_for(decided, understood.asks, plain(first.text), leaning)
        return SILENT if turn.told.sure and decided == "conditional" and not opens else (decided, opens)

    def _decide(self, opened: Opened, understood: Understood, evidence: Evidence, lead: Selected) -> Decision:
        if self._decider is None:
            return Decision(verdict.read(plain(lead.text), understood.asks, understood.focus), None)
        asked = opened.index.asked(evidence.vector, lead.passage)
        return self._decider.decide(understood, lead.passage, plain(lead.text), asked, evidence.readings)

    def _abstained(
        self,
        opened: Opened,
        turn: Turn,
        refusal: abstain.Refusal,
        understood: Understood | None = None,
        evidence: Evidence | None = None,
    ) -> Answer:
        """No verdict. Where state law decides, what federal guidance says of it is quoted; else near headings."""
        hits = evidence.hits if evidence else ()
        selected = []
        if refusal.reason == "state_law" and understood:
            everything = select(opened.index, hits, understood.told, self.settings.answering.max_words)
            # what federal law leaves open, and what it settles all the same
            selected = [chosen for chosen in everything if chosen.role in ("bottom_line", "state_law", "exception")]
        claims, sources = compose.compose(opened.index, selected)
        confidence = abstain.answerable(understood, evidence) if understood and evidence else None
        near = refusal.reason in ("state_law", "not_in_corpus", "missing_facts")
        near |= refusal.reason == "out_of_scope" and (confidence or 0.0) >= abstain.PERHAPS
        return Answer(
            question=turn.question,
            verdict="abstain",
            abstention=refusal.reason,
            claims=claims,
            message=refusal.message,
            text=compose.render("", claims, refusal.message),
            sources=sources,
            related=compose.related(hits, sources) if near else (),
            corpus_version=opened.index.corpus_version,
            engine=ENGINE,
            timings_ms=turn.clock.timings(),
            hits=hits,
            confidence=confidence,
        )


def _leans(understood: Understood) -> bool:
    """Short, and silent on who or what is meant: then earlier turns may say it."""
    return len(understood.named) <= 1 and len(terms(understood.current)) <= LEANING_TERMS


def _writer(settings: Settings) -> Rewriter | None:
    """What words claims with a language model, where the settings name one."""
    if settings.model.provider is None:
        return None
    from answer.generate.rewrite import Rewriter

    return Rewriter(settings)


def assemble(settings: Settings, number: int | None = None) -> Engine:
    """Open the live index, or the generation of that number for good, and build the engine over it.

    Raises what `mayshare.index.open_index` raises.
    """
    return Engine(settings, None if number is None else open_index(settings, number), pinned=number is not None)


__all__ = ["Engine", "assemble"]
