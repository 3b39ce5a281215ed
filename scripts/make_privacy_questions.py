"""Make eval/privacy/{dev,test}.jsonl: synthetic questions with personal data marked, and clean questions on the law.

`python -m scripts.make_privacy_questions`. The two splits share neither a template nor a name. Placeholders in braces are
filled and become the gold spans. Seeds are fixed. All persons are invented.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Mapping, Sequence

from mayshare.config import ROOT

OUT = ROOT / "eval" / "privacy"
FIRST = {
    "dev": "Jayden Kaylee Tyrell Sofia Mateo Aaliyah Grace Mason Brianna Deshawn Nevaeh Xochitl Amir Chloe Hunter Priya Malik Destiny Ethan Lupita Noor Kenji "
    "Oluwaseun Hannah Carter Shaniqua Diego Thuy Emma Marcus Paige Ivan Zoe Jamal Rosa Liam Khadija Brayden Nia Trevor",
    "test": "Zyaire Makayla Santiago Aisha Logan Ximena Terrence Faith Jaxon Guadalupe Tuan Bailey Imani Roman Svetlana Kwame Addison Chase Lakeisha Emiliano Fatima "
    "Wyatt Anh Dakota Joaquin Precious Siddharth Harper Demetrius Yesenia Callum Mei Autumn Ahmed Kiara Nikolai Taylor Ngozi Isaiah Beatriz Summer Rashad "
    "Tenzin Skylar Alondra Cody Mireille Ezekiel Hope Bao",
}
LAST = {
    "dev": "Nguyen Alvarez Johnson Patel O'Brien Washington Kim Garcia Okafor Miller Begay Rossi Haddad Cruz Baker Ivanov",
    "test": "Thompson Rodriguez Chen Abdi McAllister Yazzie Kowalski Brooks Singh Desrosiers Tran Freeman Lopez Nakamura Hoffman Mbeki",
}
TEMPLATES = {
    "dev": (
        "my student {first} told me dad drinks. can i tell cps",
        "Can I give {first}'s probation officer the attendance record?",
        "{first} {last} is 15 and pregnant. Do I have to tell her mother?",
        "{lower} got into a fight with {lower2}. can i tell {lower}'s mom what {lower2} said",
        "Mrs. {last} wants to see her son's counseling notes, may I refuse?",
        "The detective asked where {first} lives, {address}. May I confirm it?",
        "her name is {first}, dob {date}. can the clinic send shots to the school",
        "SSN {ssn} is on the form, may we fax it to the county?",
        "can we release the IEP of {first} {last}, student id {number}, to the new school",
        "a boy named {first} in my 5th period class says he has a gun. who can i call",
        "call me at {phone}: may I talk to the foster mom about {first}?",
        "CPS wants the file for case {number}. give it?",
        "I am {first} {last} and I want my own rehab record",
        "client {lower} missed group, may i tell his PO",
        "My daughter {first} is 17. Can the school refuse to show me her file?",
        "Is it ok to email {email} the report card?",
        "the foster mom of {first} wants the psych eval",
        "we have a kid at {school} whose dad is not allowed contact. can the dad get grades",
        "{first} is missing since Friday, may we give police her photo?",
        "grandma of {first} {last} has no papers. enroll?",
        "docket {docket}, judge wants drug test results. allowed under part 2?",
        "i saw {lower} vaping, can i tell coach",
        "Dr. {last} asks the nurse for the immunization record. Need consent?",
        "{first}, {first2} and {first3} were in the group chat with the threat. Can I show it to the SRO?",
        "the kid with {number_id} is on my caseload. May I get school records?",
        "his MRN is {number}, can the hospital tell the school nurse about the discharge",
    ),
    "test": (
        "I have a freshman, {first}, who cuts. Do I tell the parents?",
        "what may I tell Officer {last} about {first}'s grades?",
        "{lower} asked me not to tell. she's 14 and on birth control. must i tell mom",
        "{first} {last}'s stepdad called for the transcript. May the registrar send it?",
        "Mr. {last} says HIPAA means I can't hear about his son's seizures. True?",
        "she lives at {address} with her aunt. can i give ICE that address",
        "born {date}, now 18. Who signs the release?",
        "social security number {ssn}: can the lunch office share it with Medicaid?",
        "May we fax the chart, {number_mrn}, to the school?",
        "a girl called {lower} posted a threat. can the school give police her schedule",
        "text me, {phone}. can I speak to the therapist about a student",
        "police report {number} mentions a student. May the principal put it in the file?",
        "this is {first} {last}, I aged out of foster care. Can I see my case file?",
        "our resident {lower} wants us to lie to her dad about where she is",
        "My nephew {first} stays with me. Can I see his IEP?",
        "send it to {email}? it's the 504 plan",
        "teacher of {first} wants to know why he left treatment",
        "a kid at {school} overdosed. can the ER tell us",
        "They found {first} in the bathroom with pills, can we call the hospital with her med list?",
        "can {first}'s grandmother, who raised him, sign?",
        "case no {docket}: the prosecutor wants counseling notes",
        "i heard {lower} say he wants to die. can i tell the other teachers",
        "Nurse {last} wants to send the asthma plan to the bus company. Consent?",
        "{first} and {first2} both named {first3} in the harassment complaint. What do I give each family?",
        "youth {lower} is on my caseload, inmate {number}. May I get school records?",
        "Medicaid number {number} is on the claim. Can the school see it?",
        "The caseworker, {first} {last}, wants attendance for the whole sibling group.",
    ),
}
CLEAN = (
    "May a {role} share attendance records with a {other}?",
    "does hipaa apply to a {role}",
    "What must a FERPA consent contain before a {role} talks to a {other}?",
    "can the {other} see the IEP without asking mom",
    "Is the {role} allowed to tell the {other} about a diagnosis?",
    "Who may consent when a {other} wants drug treatment records under 42 CFR Part 2?",
    "In Texas, must a {role} report abuse to Child Protective Services within 48 hours?",
    "what does 34 CFR 99.31(a)({n}) let a {role} do",
    "After Gonzaga v. Doe, can a parent sue a {role}?",
    "Does the Uninterrupted Scholars Act help a {other} in Ohio?",
    "our {role} got a subpoena. must we tell the parents first",
    "Since January 14, 2013, may a {other} get report cards?",
    "Will the {other} be told of the outcome in May?",
    "I'm a {role} in Georgia. Can I call the {other} about a 16 year old?",
    "Under McKinney-Vento, may a {role} tell the {other} where a family stays?",
    "Title IX, VAWA or Clery: which one binds the {role}?",
    "is a {role} a mandated reporter in New Mexico",
    "May a Head Start {role} call the {other} on Monday?",
    "does Plyler v. Doe or Tarasoff matter for the {other}?",
    "our Big Brothers Big Sisters mentor and the {other} want grades",
)
ROLES = (
    "school counselor|probation officer|school nurse|caseworker|therapist|school resource officer|teacher|coach|principal|registrar|shelter advocate|foster parent|"
    "pediatrician|judge|guardian ad litem|SUD counselor|bus driver|school psychologist"
).split("|")
SIZE = {"dev": 10, "test": 12}  # questions a template


def main() -> int:
    """Write both files."""
    for split in ("dev", "test"):
        rows = list(_rows(split))
        path = OUT / f"{split}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        sys.stdout.write(f"{len(rows)} questions in {path.relative_to(ROOT)}\n")
    return 0


def _rows(split: str) -> list[dict[str, object]]:
    draw = random.Random(f"privacy-{split}")
    made = [_fill(template, _values(draw, split)) for template in TEMPLATES[split] for _ in range(SIZE[split])]
    # clean templates are split too: even ones for dev, odd ones for test
    for number, template in enumerate(CLEAN):
        if number % 2 == (split == "test"):
            for _ in range(10):
                role, other = draw.sample(ROLES, 2)
                made.append({"text": template.format(role=role, other=other, n=draw.randint(1, 12)), "spans": []})
    unique = {str(row["text"]): row for row in made}
    return list(unique.values())


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


def _values(draw: random.Random, split: str) -> dict[str, tuple[str, str]]:
    first, second, third = draw.sample(FIRST[split].split(), 3)
    low, low2 = (name.lower() for name in draw.sample(_plain_names(split), 2))
    last = draw.choice(LAST[split].split())
    number = draw.choice(("2024-", "", "A", "00")) + str(draw.randint(10_000, 999_999))
    year, month, day = draw.randint(2005, 2016), draw.randint(1, 12), draw.randint(1, 28)
    date = draw.choice(
        (
            f"{month}/{day}/{year}",
            f"{month:02}-{day:02}-{year}",
            f"{_month(month)} {day}, {year}",
            f"{year}-{month:02}-{day:02}",
        )
    )
    street = draw.choice(
        ("Maple Street", "N Oak Ave", "County Road", "Martin Luther King Blvd", "5th Street", "Sunset Ln")
    )
    phone = draw.choice(("{}-555-{}", "({}) 555-{}", "{}.555.{}")).format(
        draw.randint(201, 989), draw.randint(1000, 9999)
    )
    digits = f"{draw.randint(100, 899)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"
    return {
        "first": ("name", first),
        "first2": ("name", second),
        "first3": ("name", third),
        "lower": ("name", low),
        "lower2": ("name", low2),
        "last": ("name", last),
        "ssn": (
            "ssn",
            draw.choice((digits, digits.replace("-", " "), digits.replace("-", "")) if split == "test" else (digits,)),
        ),
        "number": ("record number", number),
        "number_mrn": ("record number", f"MRN {number}"),
        "number_id": ("record number", f"ID# {number}"),
        "docket": (
            "record number",
            f"{draw.choice(('JV', 'JD', 'DP'))}-{draw.randint(2019, 2026)}-{draw.randint(100, 99999):05}",
        ),
        "date": ("birth date", date),
        "address": ("address", f"{draw.randint(1, 9999)} {street}"),
        "phone": ("phone", phone),
        "email": (
            "email",
            f"{first.lower()}.{last.lower().replace(chr(39), '')}@{draw.choice(('gmail.com', 'k12.oh.us', 'mail.example.org'))}",
        ),
        "school": (
            "school",
            f"{draw.choice(('Lincoln', 'Roosevelt', 'Cedar Ridge', 'East Side'))} {draw.choice(('High School', 'Middle School', 'Elementary'))}",
        ),
    }


def _plain_names(split: str) -> Sequence[str]:
    """Names that can be typed in lower case and still be told from words by a reader."""
    return [
        name
        for name in FIRST[split].split()
        if name not in ("Grace", "Hunter", "Faith", "Chase", "Autumn", "Summer", "Hope", "Precious", "Paige")
    ]


def _month(number: int) -> str:
    return "January February March April May June July August September October November December".split()[number - 1]


if __name__ == "__main__":
    sys.exit(main())
