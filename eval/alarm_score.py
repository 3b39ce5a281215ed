"""Are dangers noticed, and is the alarm silent otherwise? `python -m eval.alarm_score [--without intent]`.

`eval/intent/danger-*.jsonl` holds 300 texts of two writers who saw neither guidance, code nor training texts: signs
that a young person is in danger now, in five kinds, and texts that only sound so, some told at length, some short. Dev
serves to set the thresholds, test only to report.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from answer import emergency
from answer.assemble import Engine
from eval.intent_score import FOLDER, Split, print_tables
from eval.stats import wilson
from mayshare import cites
from mayshare.schema import Question


class Text(NamedTuple):
    """A text and the danger that it tells of, a key of `emergency.MORE` or `none`."""

    danger: str
    form: str  # told | short
    text: str


class Outcome(NamedTuple):
    """What an answer made of a text."""

    named: bool  # 911 is named first
    taken: bool  # … and what may be shared at once is promised
    kinds: frozenset[str]  # whose numbers are shown
    opens: bool  # an emergency or reporting rule stands among the first two statements
    leads: bool  # … is the first statement


def read(split: Split, folder: Path = FOLDER) -> list[Text]:
    """The texts of a split."""
    lines = (folder / f"danger-{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Text(**json.loads(line)) for line in lines]


def outcome(engine: Engine, text: str) -> Outcome:
    """What the engine's answer to a text does."""
    answer = engine.ask(Question(text=text))
    rules = [any(emergency.is_rule(cite.text) for cite in cites.find(claim.text)) for claim in answer.claims[:2]]
    shown = frozenset(kind for kind, words in emergency.MORE.items() if words and words in answer.urgent)
    taken = answer.urgent.endswith(emergency.BELOW)
    return Outcome(bool(answer.urgent), taken, shown, any(rules), rules[:1] == [True])


def table(engine: Engine, split: Split) -> str:
    """For each form of text a line a kind, then all dangers, then what is none."""
    asked = [(text, outcome(engine, text.text)) for text in read(split)]
    lines: list[str] = []
    for form in dict.fromkeys(text.form for text, _ in asked):
        found = [(text.danger, out) for text, out in asked if text.form == form]
        lines += [f"{split}, {form}", *_kinds(found), *_alarms(found)]
    return "\n".join(lines)


Found = list[tuple[str, Outcome]]


def _kinds(found: Found) -> Iterator[str]:
    for kind, words in emergency.MORE.items():
        of = [out for danger, out in found if danger == kind]
        numbers = f", its numbers shown {_share(kind in out.kinds for out in of)}" if words else ""
        yield f"  {kind} ({len(of)}): 911 named first {_share(out.named for out in of)}{numbers}"


def _alarms(found: Found) -> Iterator[str]:
    every = [out for danger, out in found if danger != "none"]
    for name, of in (("every danger", every), ("none", [out for danger, out in found if danger == "none"])):
        low, high = wilson(sum(out.named for out in of), len(of))
        named, taken = _share(out.named for out in of), _share(out.taken for out in of)
        yield f"  {name} ({len(of)}): 911 named first {named} ({low:.3f} – {high:.3f}), taken for one {taken}"
    opens, leads = _share(out.opens for out in every), _share(out.leads for out in every)
    yield f"  an emergency or reporting rule among the first two statements {opens}, first {leads}"


def _share(tests: Iterable[bool]) -> str:
    made = list(tests)
    return f"{sum(made) / len(made):.3f}"


def main() -> int:
    """Command line entry."""
    return print_tables(__doc__, table)


if __name__ == "__main__":
    sys.exit(main())
