"""The model's statements and the guidance's own sentences as one answer: nothing is lost, nothing is said twice."""

from __future__ import annotations

from collections.abc import Sequence

from answer.generate.writer import Kept
from answer.select import SHOWN, Selected, Statement, selected
from mayshare.index import Index
from mayshare.schema import Role


def merge(index: Index, extract: Sequence[Selected], kept: Sequence[Kept], max_words: int) -> list[Statement]:
    """The model's statements first; sentences of the extract that none of them rests on fill up.

    The bottom line stays the engine's choice: the model's wording of it counts only where it rests on the same passage.
    Conditions and exceptions of that passage are never left out, whatever the length.
    """
    statements: list[Statement] = []
    used: set[tuple[str, int]] = set()
    for item in kept:
        role = _role(item, extract, statements)
        support = tuple(selected(index, s.passage, s.sentence, role) for s in item.support)
        statements.append(Statement(item.draft.text, role, support))
        used.update((s.passage.source_id, s.sentence.start) for s in item.support)
    words = sum(len(statement.text.split()) for statement in statements)
    for chosen in extract:
        if (chosen.passage.source_id, chosen.sentence.start) in used or _has_bottom_line(chosen, statements):
            continue
        needed = chosen.role != "rule" and chosen.passage == extract[0].passage
        size = len(chosen.text.split())
        if needed or words + size <= max_words:
            statements.append(Statement("", chosen.role, (chosen,)))
            words += size
    return sorted(statements, key=lambda s: SHOWN.index(s.role))


def _has_bottom_line(chosen: Selected, statements: Sequence[Statement]) -> bool:
    return chosen.role == "bottom_line" and any(s.role == "bottom_line" for s in statements)


def _role(item: Kept, extract: Sequence[Selected], statements: Sequence[Statement]) -> Role:
    if item.draft.role != "bottom_line":
        return item.draft.role
    same = bool(extract) and item.support[0].passage == extract[0].passage
    return "bottom_line" if same and not any(s.role == "bottom_line" for s in statements) else "rule"
