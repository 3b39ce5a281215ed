"""Who holds information and who would get it, read from a question."""

from __future__ import annotations

import pytest

from answer.direction import Direction, parties, read

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


def test_parties_of_front_matter() -> None:
    assert parties(["school secretary", "registrar", "teacher"]) == {"school"}
    assert parties(["stepmother", "parent's partner"]) == {"stepparent"}
    assert parties(["drug treatment program"]) == {"substance use program"}
    assert parties(["public"]) == frozenset()
