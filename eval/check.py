"""Is a question of the set whole? What `mayshare eval check` and the page that edits questions both ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from eval.cases import Case, gold
from mayshare import cites
from mayshare.errors import QuestionSetError
from mayshare.schema import Document

ANSWERED = ("answerable", "false_premise", "follow_up")


class Findings(NamedTuple):
    """What makes a question unusable, and what it still lacks."""

    errors: tuple[str, ...]
    lacks: tuple[str, ...]


def check(case: Case, documents: Mapping[str, Document]) -> Findings:
    """Hold one question against the guidance and against what a whole question has."""
    return Findings(tuple(_errors(case, documents)), tuple(_lacks(case)))


def check_all(cases: Sequence[Case], documents: Mapping[str, Document]) -> dict[str, Findings]:
    """The questions with something to say of, by id."""
    found = {case.id: check(case, documents) for case in cases}
    return {name: findings for name, findings in found.items() if any(findings)}


def _errors(case: Case, documents: Mapping[str, Document]) -> list[str]:
    """Each quote is looked for by itself, so that all that are lost are named at once."""
    errors = []
    for evidence in case.evidence:
        try:
            gold(case.model_copy(update={"evidence": (evidence,)}), documents)
        except QuestionSetError as error:
            errors.append(str(error))
    for field in ("asker", "question", "bottom_line", "author"):
        if not getattr(case, field).strip():
            errors.append(f"{case.id}: {field} is empty. Fill it in.")
    return errors


def _lacks(case: Case) -> list[str]:
    lacks = [
        f"{case.id}: “{text}” isn't read as a citation, so that it isn't scored."
        for text in case.authorities
        if not cites.normal(text)
    ]
    if case.kind in ANSWERED and case.verdict != "abstain":
        if not case.evidence:
            lacks.append(f"{case.id}: no evidence is quoted, so that finding it isn't scored.")
        if not any(nugget.importance == "vital" for nugget in case.nuggets):
            lacks.append(f"{case.id}: no vital nugget, so that the answer's content isn't scored.")
    return lacks
