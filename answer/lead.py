"""What leads an answer: the section nearest to the question or, in a danger, the rule that opens records then.

With it goes what may be said of it: whether it is answered with a yes or no, and whether anything is asked first.
"""

from __future__ import annotations

from typing import NamedTuple

from answer import abstain, alarm, emergency, situation
from answer.lookup import asks_for_rule
from answer.retrieve import Evidence
from answer.turn import Opened, Turn
from answer.understand import Asks, Understood, understand
from mayshare.config import Settings
from mayshare.index import Index
from mayshare.schema import Hit, Question, Situation


class Lead(NamedTuple):
    """The hits, what leads them first.

    `needed`: the rule that opens records in the danger that the question tells of, or None; `moved`: it leads in place
    of what retrieval put first; `chance`: how probable it is that what retrieval put first is what was asked.
    """

    hits: tuple[Hit, ...]
    needed: Hit | None
    moved: bool
    chance: float

    @property
    def first(self) -> Hit:
        """The hit that leads."""
        return self.hits[0]

    def may_say(self, turn: Turn, understood: Understood) -> bool:
        """May a yes or no open the answer?

        To what wasn't asked it misleads whoever has a danger before them. In a danger only that of a likely section is
        said, or of a rule that opens records, where somebody asks for that: "do I need his ok?" is answered by no
        rule's own yes.
        """
        if self.moved:
            return False
        if not turn.told.sure or turn.question.situation == self.first.passage.place:
            return True
        near = self.chance >= alarm.KEPT or self._opens_records(turn)
        return near and understood.asks in (Asks.PERMISSION, Asks.DUTY)

    def situation(
        self, index: Index, turn: Turn, understood: Understood, found: tuple[Hit, ...], least: float
    ) -> Situation:
        """What the answer is about. For a provision, or where a rule leads in a sure danger, nobody is asked.

        Args:
            found: the hits as they were found, whose situations may be meant instead.
            least: probability of the leading section from which on nothing is asked.
        """
        own = self.first.passage.place
        rule = bool(understood.citations) and asks_for_rule(understood.current)
        opens = turn.told.sure and (self.moved or self._opens_records(turn))
        settled = turn.question.situation == own or rule or opens
        if turn.told.sure:
            least = max(least, alarm.KEPT)
        return situation.situation(index, self.first.passage, found, None if settled else self.chance, least)

    def _opens_records(self, turn: Turn) -> bool:
        return bool(alarm.opening([self.first], turn.told.danger))


def lead(
    opened: Opened,
    turn: Turn,
    understood: Understood,
    evidence: Evidence,
    hits: tuple[Hit, ...],
    settings: Settings,
) -> Lead:
    """Puts a danger's rule first, where that comes before all else and before what a state may add.

    Behind it stand what was first, and what else opens records: what else is near seldom helps in a danger.

    Args:
        hits: one or more, those of `evidence` that the answer may use.
    """
    hits = begun(opened.index, hits)
    first, danger, chance = hits[0], turn.told.danger, situation.probability(evidence.nearness)
    if danger is None:
        return Lead(hits, None, moved=False, chance=chance)
    rules = alarm.Rules(understood.told, danger, opened.index.documents)
    needed = _needed(opened, turn.question, danger, rules, evidence.hits, settings.retrieval.k)
    if needed is None:
        return Lead(hits, None, moved=False, chance=chance)
    rule = needed.hit
    if turn.question.situation != first.passage.place and not _left_to_state(rule):
        leads = alarm.may_lead(turn.told, needed) and rules.lead(needed, first, chance, settings.answering.situation)
        if leads or _left_to_state(first):
            rest = [hit for hit in (first, *alarm.opening(hits[1:], danger)) if hit.passage != rule.passage]
            return Lead((rule, *rest), rule, rule.passage != first.passage, chance)
    return Lead(hits, rule, moved=False, chance=chance)


def begun(index: Index, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The hits with the leading section begun where it begins: its bottom line is the first sentence of its first part.

    A section that was cut into passages may be found by a later one, whose first sentence answers nothing by itself.
    """
    own = hits[0].passage
    row = index.place[own.passage_id]
    while row and index.documents[own.source_id].kind != "official" and index.passages[row - 1].place == own.place:
        row -= 1
    first = index.passages[row]
    if first == own:
        return hits
    return (hits[0].model_copy(update={"passage": first}), *(hit for hit in hits if hit.passage != first))


def _needed(
    opened: Opened, question: Question, danger: str, rules: alarm.Rules, hits: tuple[Hit, ...], k: int
) -> alarm.Needed | None:
    """The rule that opens records, among the hits or asked for in its own terms."""

    def search(asked: Question) -> tuple[Hit, ...]:
        return opened.retriever.evidence(understand(asked, opened.glossary), question.filters, k).hits

    everybody = Question(text=emergency.EVERYBODY.get(danger, emergency.ANYTHING))
    return rules.find(hits, lambda: search(alarm.asking(question, danger)), lambda: search(everybody))


def _left_to_state(hit: Hit) -> bool:
    """Does a passage only say that state law decides?"""
    return abstain.decided_by_state(hit.passage.first_sentence)
