"""What speaks for or against a passage besides words and vectors: the law, the parties and the provision it is about.

Soft signals that are added to the fused score; nothing is filtered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from answer.direction import Direction, parties
from answer.laws import STRICT, cited
from answer.lookup import asks_for_rule, explaining
from answer.select import INVENTED
from answer.understand import Understood
from mayshare.index import Index
from mayshare.schema import Passage

Scores = npt.NDArray[np.float32]

LAW_BONUS = 0.2  # for a passage of a law that the question names
OTHER_LAW = -0.12  # for a passage that cites other laws and none that the question names
RESTS_ELSEWHERE = -0.2  # … for a passage whose first sentence rests on other laws alone
FRAME_BONUS = 0.12  # for a passage of a law that governs the kind of record at hand
DIRECTION = 0.15  # for a passage of a document that runs the question's way, from holder to recipient
ASKER = 0.05  # for a passage of a document that is written for whoever asks
# for a passage of a document on others' records, where whoever asks is under a law that no other law's permission opens
OTHER_HOLDER = -0.3
SCENARIO = -0.5  # for a passage of an invented case, which is written for training
CITATION_BONUS = 2.0  # for a passage that is about the very provision that the question names
GENERAL = 0.6  # … more for a document's first section, half for its second and so on, where nothing else is asked


class Bonus:
    """What is added to the fused score of each passage. Safe to call from several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        laws = {law for passage in index.passages for law in passage.laws}
        self._of_law = {law: np.array([law in passage.laws for passage in index.passages]) for law in laws}
        self._cited = [cited(passage.authorities) for passage in index.passages]
        self._rests = [cited(passage.rests_on) for passage in index.passages]
        self._scenarios = np.array([INVENTED in passage.text for passage in index.passages], dtype=np.float32)
        self._holding, self._receiving, self._asking = _parties(index)
        self._general = _general(index.passages)

    def __call__(self, understood: Understood) -> Scores:
        """Shape (passages,); what speaks against a passage is below 0."""
        passages = self._index.passages
        bonus = np.zeros(len(passages), dtype=np.float32)
        for laws, weight in ((set(understood.laws), LAW_BONUS), (understood.frame.laws, FRAME_BONUS)):
            rows = [self._of_law[law] for law in laws if law in self._of_law]
            if rows:
                bonus += weight * np.logical_or.reduce(rows)
        if understood.asker in STRICT and understood.direction.holder in ("", understood.asker):
            bonus += OTHER_HOLDER * (1 - self._holding.get(understood.asker, np.float32(0)))
        if understood.laws:
            named = set(understood.laws)
            for weight, laws_of in ((OTHER_LAW, self._cited), (RESTS_ELSEWHERE, self._rests)):
                bonus += weight * np.array([bool(of) and not named & of for of in laws_of])
        bonus += DIRECTION * self._runs(understood.direction)
        if understood.asker in self._asking:
            bonus += ASKER * self._asking[understood.asker]
        bonus += SCENARIO * self._scenarios
        if understood.citations:
            about = explaining(passages, self._index.documents, understood.citations)
            bonus += CITATION_BONUS * about
            if asks_for_rule(understood.current):
                bonus += GENERAL * self._general * (about > 0)
        return bonus

    def _runs(self, direction: Direction) -> Scores:
        """For each passage, whether its document runs the question's way (1), the other way (-1), or in part."""
        none = np.zeros(len(self._index.passages), dtype=np.float32)
        way = none.copy()
        for party, ours, others in (
            (direction.holder, self._holding, self._receiving),
            (direction.recipient, self._receiving, self._holding),
        ):
            if party:
                fits, against = ours.get(party, none), others.get(party, none)
                way += 0.5 * (fits - against * (1 - fits))
        return way


def _general(passages: Sequence[Passage]) -> Scores:
    """1 for a passage of its document's first section, a half for one of the second, and so on; shape (passages,)."""
    order: dict[str, dict[str, int]] = {}
    for passage in passages:
        sections = order.setdefault(passage.source_id, {})
        sections.setdefault(passage.heading, len(sections))
    ranks = (order[passage.source_id][passage.heading] for passage in passages)
    return np.fromiter((1 / (1 + rank) for rank in ranks), dtype=np.float32, count=len(passages))


def _parties(index: Index) -> tuple[dict[str, Scores], dict[str, Scores], dict[str, Scores]]:
    """For each party, which passages' documents name it as a holder, as a recipient and as who would ask (1 or 0)."""
    found: tuple[dict[str, Scores], dict[str, Scores], dict[str, Scores]] = ({}, {}, {})
    named = {
        source_id: (parties(document.holders), parties(document.recipients), parties(document.audiences))
        for source_id, document in index.documents.items()
    }
    for row, passage in enumerate(index.passages):
        for rows, names in zip(found, named[passage.source_id], strict=True):
            for party in names:
                rows.setdefault(party, np.zeros(len(index.passages), dtype=np.float32))[row] = 1
    return found
