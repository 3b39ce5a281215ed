"""The verdict for a question: what the reader model makes of the passage, tempered by the rule's own words.

The reader has seen some fifteen thousand questions with their verdicts, but is too sure where a condition isn't met; a
rule whose words carry a condition says so itself; and the ways of asking that lead to the same section carry their
verdicts. The three are added as log-odds. The weights were set on development questions, held-out ways of asking and
held-out stories: a wrong "yes" is the costly error, and doubt falls to "it depends".
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from answer import verdict
from answer.understand import Asks, Understood
from answer.verdict import Modality
from mayshare.config import Settings
from mayshare.reader import VERDICTS, Reader, load_reader
from mayshare.schema import Passage, Phrasing, Verdict
from mayshare.text import reading_text

CONDITIONAL = 0.5  # log-odds for "it depends", whatever is asked
YES = -0.4  # log-odds for "yes", whatever is asked
AGREES = 0.6  # for the verdict that the bottom line's own words give
AGREES_CONDITIONAL = 0.7  # the same where that verdict is "it depends"
JARS = 1.5  # against "no" before a sentence that permits what is asked, and "yes" before one that forbids it
ASKED = 2.2  # for the verdicts of the section's phrasings, the nearer the more
NEARER, NEAR = 8.0, 0.75  # a phrasing counts exp(NEARER · (cosine − NEAR)), beside one vote shared by all verdicts


class Decider:
    """Decides verdicts with the reader. Safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Raises what `mayshare.minilm.ensure_model` raises."""
        self._reader: Reader = load_reader(settings.model_folder, settings.embedding.threads)

    def decide(
        self, understood: Understood, passage: Passage, bottom_line: str, asked: Iterable[tuple[float, Phrasing]] = ()
    ) -> Verdict:
        """The verdict that `bottom_line`, the first sentence of `passage` that answers, gives for what is asked.

        Args:
            asked: phrasings of the passage's section with their cosine to the question.
        """
        chances = self._read(understood, reading_text(passage.heading, passage.text))
        ruled = verdict.read(bottom_line, understood.asks, understood.focus)
        jars = jarring(understood.asks, bottom_line)
        # "Must we give it?" "No. A school must give …" jars more than any other
        owed = understood.asks is Asks.DUTY and verdict.must_share(bottom_line)
        return weigh(chances, ruled, jars, votes(asked), 2 * JARS if owed else JARS)

    def _read(self, understood: Understood, text: str) -> dict[Verdict, float]:
        """What the reader makes of the question: of a leaning turn, the geometric mean over the turn and its views.

        It takes an earlier turn for part of the question otherwise, and answers that one.
        """
        views = (understood.current, *(view.text for view in understood.views)) if understood.context else ()
        found = [self._reader.read(view, [text])[0].verdicts for view in views or (understood.text,)]
        return {name: math.prod(one[name] for one in found) ** (1 / len(found)) for name in VERDICTS}


def jarring(asks: Asks, bottom_line: str) -> Verdict | None:
    """The verdict that would jar with the bottom line that follows it, where one would."""
    modality = verdict.modality(bottom_line)
    if asks is Asks.CONSENT and modality is Modality.PERMITS and not verdict.needs_consent(bottom_line):
        return "yes"  # "Do I need her signature?" "Yes. A school may send …"
    if asks is Asks.CONSENT and modality is Modality.REQUIRES and verdict.needs_consent(bottom_line):
        return "no"  # "Do I need her signature?" "No. A school must have prior written consent …"
    if asks is Asks.PERMISSION and verdict.must_share(bottom_line):
        return "no"  # "Do we let her see it?" "No. A system must have access …"
    if asks in (Asks.PERMISSION, Asks.FACT, Asks.EXPLAIN) and verdict.is_limited(bottom_line):
        return "yes"  # "Yes. A center may release it only with …" is read as a plain yes
    return _JARRING.get((asks, modality))


_JARRING: dict[tuple[Asks, Modality], Verdict] = {
    (Asks.PERMISSION, Modality.PERMITS): "no",
    (Asks.PERMISSION, Modality.FORBIDS): "yes",
    (Asks.DUTY, Modality.PERMITS): "yes",
    (Asks.PERMISSION, Modality.NOT_REQUIRED): "no",
    (Asks.DUTY, Modality.NOT_REQUIRED): "yes",
    (Asks.DUTY, Modality.REQUIRES): "no",
    (Asks.DUTY, Modality.FORBIDS): "yes",
    (Asks.CONSENT, Modality.NOT_REQUIRED): "yes",
    (Asks.PROHIBITION, Modality.PERMITS): "yes",
    (Asks.PROHIBITION, Modality.FORBIDS): "no",
    (Asks.EXPLAIN, Modality.PERMITS): "no",
    (Asks.EXPLAIN, Modality.REQUIRES): "no",
}


def votes(asked: Iterable[tuple[float, Phrasing]]) -> dict[Verdict, float]:
    """Share of each verdict among phrasings, the nearer the more; even where there are none."""
    counts = dict.fromkeys(VERDICTS, 1 / len(VERDICTS))
    for cosine, phrasing in asked:
        if phrasing.verdict in counts and not phrasing.case:
            counts[phrasing.verdict] += math.exp(NEARER * (cosine - NEAR))
    return {name: count / sum(counts.values()) for name, count in counts.items()}


def weigh(
    chances: dict[Verdict, float],
    ruled: Verdict,
    jars: Verdict | None = None,
    shares: dict[Verdict, float] | None = None,
    against: float = JARS,
) -> Verdict:
    """The likeliest verdict once the reader's probabilities, the rule's words and the phrasings' shares are added.

    Args:
        against: log-odds that the verdict which jars loses.
    """
    odds = {name: math.log(chance + 1e-6) for name, chance in chances.items()}
    if jars:
        odds[jars] -= against
    odds["conditional"] += CONDITIONAL
    odds["yes"] += YES
    odds[ruled] += AGREES_CONDITIONAL if ruled == "conditional" else AGREES
    for name, share in (shares or {}).items():
        odds[name] += ASKED * math.log(share + 1e-3)
    return max(odds, key=lambda name: odds[name])
