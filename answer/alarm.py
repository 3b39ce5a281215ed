"""Does a question tell of a young person in danger now, and which rule opens records then?

Words that everybody uses for a danger are known by rule (`answer/emergency.py`), but most people tell it in others: of
a hundred texts of strangers the rules knew eight. The rest is the intent model's. In doubt the alarm is the cheaper
error: a line that names 911 does no harm, and a missed sign may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from answer import emergency
from answer.direction import parties
from answer.follow_up import is_follow_up
from answer.glossary import clean
from answer.laws import STRICT, cited
from answer.understand import Understood
from answer.verdict import Modality, modality
from mayshare.intent import Danger, IntentModel
from mayshare.schema import Document, Hit, Question
from mayshare.text import plain

BACK = 3  # turns in which a danger is looked for by its words
MOST = 8_000  # characters that are read, the last ones
DANGER = 0.5  # probability of any danger from which it is taken to be one
SURE = 0.9  # … from which the emergency rule may take the lead
# probability of a section from which its yes or no is said, and nothing is asked first, where a danger is sure
KEPT = 0.7
PERHAPS = 0.35  # … from which the answer names 911 first, and is otherwise as it would be
# probability of another kind from which its numbers are named too; pills, a razor and "tonight is the night" look like
# other dangers
BESIDE = dict.fromkeys(emergency.MORE, 0.1) | {"suicide": 0.05}
STRANGE = 0.45  # probability of the leading section below which it is somebody else's, rather than one's own
Search = Callable[[], Sequence[Hit]]
NAMED = f"{emergency.CALL} {emergency.MORE['suicide']}"


class Told(NamedTuple):
    """What a question tells of.

    `danger`: the kind, a key of `emergency.MORE`; `first`: what to do first; `sure`: so likely that it may decide what
    leads the answer, as where words tell it.
    """

    danger: str | None = None
    first: str = ""
    sure: bool = False


class Alarm:
    """Tells dangers. Safe to call from several threads."""

    def __init__(self, model: IntentModel | None) -> None:
        """`model`: None where the words alone shall tell."""
        self._model = model

    def told(self, question: Question) -> Told:
        """What this turn and the one before it tell of. What only may be a danger has no kind."""
        current = clean(question.text)[-MOST:]
        told = clean(" ".join([*question.history[-1:], question.text]))[-MOST:]
        # by itself as well: "What does the policy say?" before it would make a general question of a danger
        by_words = emergency.danger(current) or emergency.danger(told) or self._before(question, current)
        if by_words:
            return Told(by_words, emergency.first([by_words]), sure=True)
        if self._model is None or not told:
            return Told()
        none, *found = self._model.read(told).danger
        if 1 - none < DANGER:
            return Told(first=NAMED if 1 - none >= PERHAPS else "")
        chances = dict(zip(Danger._fields[1:], found, strict=True))
        likeliest = max(chances, key=lambda kind: chances[kind])
        named = (kind for kind in emergency.MORE if kind == likeliest or chances[kind] >= BESIDE[kind])
        return Told(likeliest, emergency.first(named), sure=1 - none >= SURE)

    @staticmethod
    def _before(question: Question, current: str) -> str | None:
        """The danger that words told some turns ago, where this turn leans on them."""
        if len(question.history) < 2 or not is_follow_up(current):
            return None
        return emergency.danger(clean(" ".join([*question.history[-BACK:], question.text]))[-MOST:])


def asking(question: Question, danger: str) -> Question:
    """The question with what is asked in such a danger behind it, for guidance that doesn't know its words."""
    return question.model_copy(update={"text": f"{question.text} {emergency.ASKS[danger]}"})


class Needed(NamedTuple):
    """The rule that opens records in a danger; `everybody`: it is the one for anybody, whatever law binds them."""

    hit: Hit
    everybody: bool = False


class Rules:
    """Looks for the rule that opens records in a danger: that of whoever holds them, or else the one for everybody."""

    def __init__(self, understood: Understood, danger: str, documents: Mapping[str, Document]) -> None:
        """`danger`: the kind. Abuse has rules of its own: whoever asks whom to tell of it is helped by no other."""
        self._laws = understood.frame.laws
        self._parties = {understood.asker, understood.direction.holder} - {""}
        self._strict = frozenset[str]().union(*(STRICT.get(party, ()) for party in self._parties))
        self._danger, self._documents = danger, documents

    def fits(self, hit: Hit) -> bool:
        """Is a hit of a law that governs the records at hand, or of a document on whoever holds them?

        Where a strict law governs, a rule has to rest on it: what a clinic may do opens no treatment program's file.
        """
        if self._strict:
            return bool(self._strict & cited(hit.passage.rests_on))
        holders = parties(self._documents[hit.passage.source_id].holders)
        return bool(self._laws & set(hit.passage.laws) or self._parties & holders)

    def find(self, hits: Sequence[Hit], again: Search, everybody: Search) -> Needed | None:
        """The rule, looked for among `hits` first.

        Args:
            again: gives hits for the same question with what is asked in such a danger.
            everybody: gives hits for what anybody may ask in a danger.
        """
        found = opening(hits, self._danger)
        fitting = self._fitting(found)
        if fitting is None:
            more = opening(again(), self._danger)
            found, fitting = [*found, *more], self._fitting(more)
        if fitting is None and self._strict:
            # what the strict law says of it, though it opens nothing, rather than what opens another holder's records
            own = self._fitting(hits)
            if own:
                return Needed(own)
        general = opening(everybody(), self._danger) if fitting is None and self._danger != "abuse" else []
        if general:
            return Needed(general[0], everybody=True)
        best = fitting or (found[0] if found else None)
        return Needed(best) if best else None

    def _fitting(self, hits: Sequence[Hit]) -> Hit | None:
        return next(filter(self.fits, hits), None)

    def lead(self, needed: Needed, first: Hit, chance: float, least: float) -> bool:
        """May the rule lead in place of the first hit?

        Where it is known who holds the records another holder's rule is no answer, and the one for everybody is one
        only where the first hit most likely is none. What opens records, or has abuse reported, for whoever asks stays.

        Args:
            chance: that the first hit is what was asked; below `least` it isn't sure.
        """
        opens = bool(opening([first], self._danger))
        if self.fits(first) and (opens or opening([first], "abuse")):
            return False
        if self._strict and opens:
            return True  # it opens another holder's records
        if needed.everybody:
            return chance < STRANGE
        if self.fits(needed.hit) or (self._danger == "abuse" and not self._laws):
            return chance < least
        return chance < STRANGE and not (self._laws or self._parties)


def opening(hits: Sequence[Hit], danger: str | None) -> list[Hit]:
    """The hits whose rule opens records in such a danger: what only names it as the exception to a ban opens none.

    Abuse is reported, and a rule that only lets it be reported opens nothing in another danger.
    """
    opens = emergency.lets_report if danger == "abuse" else emergency.opens
    found = [hit for hit in hits if opens(hit)]
    return [hit for hit in found if modality(plain(hit.passage.first_sentence)) is not Modality.FORBIDS]


def may_lead(told: Told, needed: Needed) -> bool:
    """Is the danger so likely that its rule may lead? Abuse may be reported by anybody, so such a rule needs less."""
    return told.sure or (told.danger == "abuse" and emergency.lets_report(needed.hit))
