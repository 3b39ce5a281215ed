"""A question as plain fields that people fill in, lists as one item a line, and back again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from eval.cases import Case, Evidence, Nugget, Split
from mayshare.errors import QuestionSetError

LISTS = ("paraphrases", "turns", "laws", "must_not_omit", "wrong_if", "authorities")
PLAIN = ("asker", "kind", "question", "verdict", "abstention", "bottom_line", "author")
BASIS = ("publisher", "title", "url", "seen")
_EVIDENCE = re.compile(r"(?P<document>[\w.-]+)\s*(?:\((?P<group>\d+)\))?\s*:\s*(?P<quote>.+)")


def to_fields(case: Case) -> dict[str, Any]:
    """What a form shows of a question: text, but for kind, verdicts and abstention."""
    fields: dict[str, Any] = {name: getattr(case, name) for name in PLAIN}
    fields |= {name: "\n".join(getattr(case, name)) for name in LISTS}
    for importance in ("vital", "okay"):
        fields[importance] = "\n".join(one.text for one in case.nuggets if one.importance == importance)
    fields |= {f"basis_{name}": str(getattr(case.basis, name) or "") for name in BASIS}
    fields["verdict_also"] = list(case.verdict_also)
    fields["evidence"] = "\n".join(evidence_line(one) for one in case.evidence)
    return fields


def evidence_line(one: Evidence) -> str:
    """`document: quote`, or `document (2): quote` where it belongs to another group than the first."""
    group = "" if one.group == 1 else f" ({one.group})"
    return f"{one.document}{group}: {one.quote}"


def to_case(fields: dict[str, Any], case_id: str, topic: str, split: Split, before: Case | None = None) -> Case:
    """The question that filled fields make.

    Args:
        before: the question as it was. Its review doesn't outlive a change of what was reviewed.

    Raises:
        QuestionSetError: a field is missing or malformed; all of them are named.
    """
    values: dict[str, Any] = {name: _words(fields.get(name)) for name in PLAIN}
    values |= {name: _lines(fields.get(name)) for name in LISTS}
    values["verdict_also"] = tuple(fields.get("verdict_also") or ())
    values["abstention"] = fields.get("abstention") or None
    values["nuggets"] = _nuggets(fields, before.nuggets if before else ())
    values["evidence"] = _evidence(fields.get("evidence"), case_id)
    values["basis"] = {name: _words(fields.get(f"basis_{name}")) or None for name in BASIS}
    values |= {"id": case_id, "topic": topic, "split": split, "reviewed_by": before.reviewed_by if before else None}
    try:
        case = Case.model_validate(values)
    except ValidationError as error:
        raise QuestionSetError(f"{case_id}: {'; '.join(map(_told, error.errors()))}.") from None
    return case if before is None or case == before else case.model_copy(update={"reviewed_by": None})


def _nuggets(fields: dict[str, Any], before: Sequence[Nugget]) -> list[dict[str, str]]:
    """Vital ones first; those that stay keep the order in which the file has them."""
    typed = [
        {"text": text, "importance": name} for name in ("vital", "okay") for text in _lines(fields.get(name))
    ]  # fmt: skip
    known = [one.model_dump() for one in before]
    return [one for one in known if one in typed] + [one for one in typed if one not in known]


def _evidence(text: Any, case_id: str) -> list[dict[str, Any]]:
    found = []
    for number, line in enumerate(_lines(text), start=1):
        match = _EVIDENCE.fullmatch(line)
        if not match:
            raise QuestionSetError(
                f"{case_id}: evidence, line {number}: write the document's id, a colon and the sentence word for word."
            )
        found.append({**match.groupdict(), "group": int(match["group"] or 1)})
    return found


def _lines(text: Any) -> list[str]:
    return [line for one in str(text or "").splitlines() if (line := _words(one))]


def _words(text: Any) -> str:
    return " ".join(str(text or "").split())


def _told(error: Any) -> str:
    place = ".".join(map(str, error["loc"])) or "the question"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def topics(cases: Iterable[Case]) -> dict[str, set[Split]]:
    """The topics of a set, each with the splits it lies in."""
    found: dict[str, set[Split]] = {}
    for case in cases:
        found.setdefault(case.topic, set()).add(case.split)
    return dict(sorted(found.items()))
