"""A guided way in: a plain question put together from the choices of a few steps, for those who don't know what to ask.

Only the question is worded here. It is answered by the engine like any question that is typed.
"""

from __future__ import annotations

from collections.abc import Mapping

from answer import emergency
from answer.guide_steps import CONSENT, DANGER, HOLDER, KIND, NOT_SURE, PURPOSE, RECIPIENT, STEPS, SUBJECT, Choice, Step

# What a young person is called by those who hold the record: (one, many)
_CALLED = {
    "school": ("student", "students"),
    "clinic": ("patient", "patients"),
    "treatment": ("patient", "patients"),
    "victim": ("client", "clients"),
}
_YOUNG = ("young person", "young people")
# A recipient of the holder's own kind is another one; a parent may ask for another parent's record
_SAME = {
    ("school", "school"): "another school",
    ("clinic", "clinic"): "another doctor",
    ("police", "police"): "another police department",
    ("justice", "probation"): "another probation officer",
    ("child_welfare", "caseworker"): "another agency's caseworker",
}
_TO_SUBJECT = {
    "child": "that child",
    "teen": "that {one}",
    "adult": "that {one}",
    "parent": "the {one}",
    "group": "those {many}",
}


def compose(chosen: Mapping[str, str]) -> str:
    """The question that the choices come to, from step key to choice key; what is missing counts as not sure."""
    one, many = _CALLED.get(chosen.get("holder", ""), _YOUNG)
    subject = SUBJECT.words(chosen.get("subject")).format(one=one, many=many)
    kind = KIND.words(chosen.get("kind"))
    what = f"{kind} {subject}" if kind.endswith("about") else f"{kind} of {subject}"
    parts = [
        f"May {HOLDER.words(chosen.get('holder'))} share {what} with {_recipient(chosen, one, many)}",
        CONSENT.words(chosen.get("consent")),
        PURPOSE.words(chosen.get("purpose")),
    ]
    question = " ".join(part for part in parts if part) + "?"
    return f"{DANGER.words(chosen.get('danger'))} {question}".strip()


def first_of_all(chosen: Mapping[str, str]) -> str:
    """What to do first where someone is in danger, else ""."""
    danger = chosen.get("danger", "")
    return emergency.first([danger]) if danger in emergency.MORE else ""


def _recipient(chosen: Mapping[str, str], one: str, many: str) -> str:
    recipient, subject = chosen.get("recipient", ""), chosen.get("subject", "")
    if recipient == "self":
        return _TO_SUBJECT.get(subject, "that {one}").format(one=one, many=many)
    if recipient == "parent" and subject == "parent":
        return "the other parent"
    if recipient == "parent" and subject == "group":
        return "parents"
    return _SAME.get((chosen.get("holder", ""), recipient)) or RECIPIENT.words(recipient)


__all__ = ["NOT_SURE", "STEPS", "Choice", "Step", "compose", "first_of_all"]
