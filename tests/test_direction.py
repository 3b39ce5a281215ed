"""Who holds information and who would get it, read from a question."""

from __future__ import annotations

import pytest

from answer.direction import Direction, parties, read, read_told, who_asks

READ = [
    ("May a juvenile court share its records with the school?", "court", "school"),
    ("May a school share its records with the juvenile court?", "school", "court"),
    ("Can a caseworker get a foster child's report card?", "", "child welfare"),
    ("Can a caseworker get the grades from the school?", "school", "child welfare"),
    ("What may I tell the police after a threat?", "", "police"),
    ("May child protective services share a case record with the police?", "child welfare", "police"),
    ("May a teacher give a student's mother the notes?", "school", "parent"),
    ("Can a stepdad see the report card?", "", "stepparent"),
    ("Can a foster mom get the report card?", "", "foster parent"),
    ("The probation officer wants attendance.", "", "probation"),
    ("Are body camera videos education records?", "", ""),
    ("What is an IEP?", "", ""),
]


@pytest.mark.parametrize(("text", "holder", "recipient"), READ, ids=[text for text, _, _ in READ])
def test_the_way_that_information_would_go(text: str, holder: str, recipient: str) -> None:
    found = read(text)
    assert found == Direction(holder, recipient)
    assert bool(found) == bool(holder or recipient)


ASKED = [
    ("rehab here, mom calling to know if her 19 yr old is with us", "substance use program", "parent"),
    ("CPS worker, landlord is asking if the family has an open case with us", "child welfare", "landlord"),
    ("dv shelter advocate. cop at the door asks if she is in. do i answer", "victim services", "police"),
    ("I'm a juvenile PO. The vice principal keeps calling, can I tell him the charge?", "probation", "school"),
    ("I'm a caseworker, may I get the report card from the school?", "school", "child welfare"),
    ("Police. Can the vice principal give me the names?", "school", "police"),
    ("we run a tutoring nonprofit, grandma wants my notes", "youth program", "grandparent"),
    ("our clinic got a subpoena. Does the school get a copy?", "health provider", "school"),
    ("Dad, her coach wants the file", "", "school"),
    ("The counselor's phone rang. It was the detective.", "", ""),
]


@pytest.mark.parametrize(("text", "holder", "recipient"), ASKED, ids=[text for text, _, _ in ASKED])
def test_who_asks_tells_who_holds(text: str, holder: str, recipient: str) -> None:
    assert read(text, who_asks(text)) == Direction(holder, recipient)


def test_who_asks_is_left_open_where_it_isnt_said() -> None:
    assert who_asks("May the school tell the police?") == ""
    assert who_asks("the detective wants his address") == ""
    assert who_asks("nurse in juvenile detention here, his dentist wants his meds") == "detention"


def test_a_clause_ends_with_its_sentence() -> None:
    assert read("Student's dad is deployed. Mom wants the report card. ok to give?") == Direction("", "parent")


def test_parties_of_front_matter() -> None:
    assert parties(["school secretary", "registrar", "teacher"]) == {"school"}
    assert parties(["stepmother", "parent's partner"]) == {"stepparent"}
    assert parties(["drug treatment program"]) == {"substance use program"}
    assert parties(["public"]) == frozenset()


@pytest.mark.parametrize(
    ("told", "focus", "holder", "recipient"),
    [
        (
            "School nurse here. A pediatrician's office called asking for a student's weights. Can I fax them over?",
            "Can I fax them over?",
            "school",
            "health provider",
        ),
        (
            "hi, front desk at a peds clinic. A lady called saying she's the new caseworker. can i give it to her",
            "can i give it to her",
            "health provider",
            "child welfare",
        ),
        ("Can a school nurse call the clinic and get a shot record?", "", "health provider", "school"),
        ("May the school call the parents?", "", "school", "parent"),
    ],
)
def test_what_the_asking_sentence_leaves_open_is_told_before_it(
    told: str, focus: str, holder: str, recipient: str
) -> None:
    assert read_told(focus or told, told, who_asks(told)) == Direction(holder, recipient)
