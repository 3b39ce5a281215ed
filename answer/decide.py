"""The verdict for a question: what the reader model makes of the passage, tempered by the rule's own words.

The reader has seen some seven thousand questions with their verdicts, but is too sure where a condition isn't met; a
rule whose words carry a condition says so itself. The two are added as log-odds. The weights were set on development
questions and on held-out ways of asking: a wrong "yes" is the costly error, and doubt falls to "it depends".
"""

from __future__ import annotations

import math

from answer import verdict
from answer.understand import Asks, Understood
from answer.verdict import Modality
from mayshare.config import Settings
from mayshare.reader import Reader, load_reader
from mayshare.schema import Passage, Verdict
from mayshare.text import reading_text

CONDITIONAL = 1.5  # log-odds for "it depends", whatever is asked
AGREES = 0.6  # for the verdict that the bottom line's own words give
AGREES_CONDITIONAL = 1.0  # the same where that verdict is "it depends"
JARS = 1.0  # against "no" before a sentence that permits what is asked, and "yes" before one that forbids it


class Decider:
    """Decides verdicts with the reader. Safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Raises what `mayshare.minilm.ensure_model` raises."""
        self._reader: Reader = load_reader(settings.model_folder, settings.embedding.threads)

    def decide(self, understood: Understood, passage: Passage, bottom_line: str) -> Verdict:
        """The verdict that `bottom_line`, the first sentence of `passage` that answers, gives for what is asked."""
        (reading,) = self._reader.read(understood.text, [reading_text(passage.heading, passage.text)])
        ruled = verdict.read(bottom_line, understood.asks, understood.focus)
        return weigh(reading.verdicts, ruled, jarring(understood.asks, verdict.modality(bottom_line)))


def jarring(asks: Asks, modality: Modality) -> Verdict | None:
    """The verdict that would jar with the bottom line that follows it, where one would."""
    return _JARRING.get((asks, modality))


_JARRING: dict[tuple[Asks, Modality], Verdict] = {
    (Asks.PERMISSION, Modality.PERMITS): "no",
    (Asks.PERMISSION, Modality.FORBIDS): "yes",
    (Asks.DUTY, Modality.PERMITS): "yes",
    (Asks.DUTY, Modality.NOT_REQUIRED): "yes",
}


def weigh(chances: dict[Verdict, float], ruled: Verdict, jars: Verdict | None = None) -> Verdict:
    """The likeliest verdict once the reader's probabilities and the rule's words are added."""
    odds = {name: math.log(chance + 1e-6) for name, chance in chances.items()}
    if jars:
        odds[jars] -= JARS
    odds["conditional"] += CONDITIONAL
    odds[ruled] += AGREES_CONDITIONAL if ruled == "conditional" else AGREES
    return max(odds, key=lambda name: odds[name])
