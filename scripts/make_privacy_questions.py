"""Make eval/privacy/{dev,test}.jsonl: synthetic questions with personal data marked, and clean questions on the law.

`python -m scripts.make_privacy_questions`. Both are filled from `eval/privacy/templates.yaml`; they share neither a
template nor a name. Seeds are fixed. All persons are invented.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from mayshare.config import ROOT

OUT = ROOT / "eval" / "privacy"
ROLES = (
    "school counselor|probation officer|school nurse|caseworker|therapist|school resource officer|teacher|coach|principal|registrar|shelter advocate|foster parent|"
    "pediatrician|judge|guardian ad litem|SUD counselor|bus driver|school psychologist"
).split("|")
MONTHS = "January February March April May June July August September October November December".split()
STREETS = {
    "test": ("Birch Street", "W Elm Ave", "Old Mill Road", "Cesar Chavez Blvd", "12th Street", "Willow Ct"),
    "": ("Maple Street", "N Oak Ave", "County Road", "Martin Luther King Blvd", "5th Street", "Sunset Ln"),
}
SCHOOLS = {
    "test": ("Jefferson", "Garfield", "Pine Hollow", "North Valley"),
    "": ("Lincoln", "Roosevelt", "Cedar Ridge", "East Side"),
}
NUMBERS = {"test": ("{}", "S{}", "24-{}", "0{}"), "": ("2024-{}", "{}", "A{}", "00{}")}
PHONES = {"test": ("{} 555 {}", "+1 {}-555-{}", "{}-555-{}"), "": ("{}-555-{}", "({}) 555-{}", "{}.555.{}")}


class Part(NamedTuple):
    """A part of templates.yaml, the file that its questions go into, its seed, and how often each template is filled."""

    name: str
    split: str
    seed: str
    size: int
    clean: int


PARTS = (
    Part("dev", "dev", "privacy-dev", 10, 10),
    Part("retired", "dev", "privacy-test", 12, 10),
    Part("test", "test", "privacy-fresh", 7, 2),
)


def main() -> int:
    """Write both files."""
    templates = yaml.safe_load((OUT / "templates.yaml").read_text(encoding="utf-8"))
    for split in ("dev", "test"):
        made = [row for part in PARTS if part.split == split for row in _rows(part, templates[part.name])]
        rows = {str(row["text"]): row for row in made}.values()
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (OUT / f"{split}.jsonl").write_text(lines, encoding="utf-8")
        sys.stdout.write(f"{len(rows)} questions in eval/privacy/{split}.jsonl\n")
    return 0


def _rows(part: Part, words: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    draw = random.Random(part.seed)
    for template in words["questions"]:
        for _ in range(part.size):
            yield _fill(template, _values(draw, part.name, words))
    for template in words["clean"]:
        for _ in range(part.clean if "{" in template else 1):
            role, other = draw.sample(ROLES, 2)
            yield {"text": template.format(role=role, other=other, n=draw.randint(1, 12)), "spans": []}


def _fill(template: str, values: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """The template with its values, and where each of them stands."""
    text, spans = "", []
    for piece in re.split(r"(\{\w+\})", template):
        if piece.startswith("{"):
            kind, value = values[piece[1:-1]]
            spans.append({"start": len(text), "end": len(text) + len(value), "kind": kind})
            text += value
        else:
            text += piece
    return {"text": text, "spans": spans}


def _values(draw: random.Random, part: str, words: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    firsts, lasts = words["first"].split(), words["last"].split()
    first, second, third = draw.sample(firsts, 3)
    unfit = words["not_in_lower_case"].split()  # a reader could not tell them from words either
    low, low2 = (name.lower() for name in draw.sample([name for name in firsts if name not in unfit], 2))
    last = draw.choice(lasts)
    mail = re.sub(r"[^a-z.]", "", f"{first}.{last}".lower())
    number = _choice(draw, NUMBERS, part).format(draw.randint(10_000, 999_999))
    return {
        "first": ("name", first),
        "first2": ("name", second),
        "first3": ("name", third),
        "lower": ("name", low),
        "lower2": ("name", low2),
        "last": ("name", last),
        "nick": ("name", draw.choice(words["nick"].split() or [first])),
        "ssn": ("ssn", _ssn(draw, part)),
        "number": ("record number", number),
        "number_mrn": ("record number", f"MRN {number}"),
        "number_id": ("record number", f"ID# {number}"),
        "docket": ("record number", f"{draw.choice(('JV', 'JD', 'DP'))}-{draw.randint(2019, 2026)}-{_digits(draw, 5)}"),
        "date": ("birth date", _date(draw, part)),
        "address": ("address", f"{draw.randint(1, 9999)} {_choice(draw, STREETS, part)}"),
        "phone": ("phone", _choice(draw, PHONES, part).format(draw.randint(201, 989), _digits(draw, 4))),
        "email": ("email", f"{mail}@{draw.choice(('gmail.com', 'k12.oh.us', 'mail.example.org'))}"),
        "school": ("school", f"{_choice(draw, SCHOOLS, part)} {draw.choice(('High School', 'Middle School'))}"),
    }


def _ssn(draw: random.Random, part: str) -> str:
    digits = f"{draw.randint(100, 899)}-{draw.randint(10, 99)}-{_digits(draw, 4)}"
    return digits if part == "dev" else draw.choice((digits, digits.replace("-", " "), digits.replace("-", "")))


def _date(draw: random.Random, part: str) -> str:
    year, month, day = draw.randint(2005, 2016), draw.randint(1, 12), draw.randint(1, 28)
    name = MONTHS[month - 1]
    old = (
        f"{month}/{day}/{year}",
        f"{month:02}-{day:02}-{year}",
        f"{name} {day}, {year}",
        f"{year}-{month:02}-{day:02}",
    )
    new = (
        f"{month}/{day}/{year % 100:02}",
        f"{month}.{day}.{year}",
        f"{name[:3]} {day} {year}",
        f"{day} {name} {year}",
    )
    return draw.choice(new if part == "test" else old)


def _choice(draw: random.Random, forms: Mapping[str, tuple[str, ...]], part: str) -> str:
    return draw.choice(forms.get(part, forms[""]))


def _digits(draw: random.Random, count: int) -> str:
    return f"{draw.randrange(10**count):0{count}}"


if __name__ == "__main__":
    sys.exit(main())
