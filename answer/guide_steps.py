"""The steps of the guided way in: what is asked in plain words, and what each choice adds to the question."""

from __future__ import annotations

from typing import NamedTuple


class Choice(NamedTuple):
    """A choice of a step: its key, what the user reads, and the words that it gives to the question."""

    key: str
    label: str
    words: str


class Step(NamedTuple):
    """One step: its key, its question, a line of help, and its choices, "not sure" last."""

    key: str
    question: str
    help: str
    choices: tuple[Choice, ...]

    def words(self, key: str | None) -> str:
        """The words of a choice; those of "not sure" where nothing was chosen."""
        return next((choice.words for choice in self.choices if choice.key == key), self.choices[-1].words)


NOT_SURE = "unsure"


def _not_sure(words: str) -> Choice:
    return Choice(NOT_SURE, "Not sure, or something else", words)


DANGER = Step(
    "danger",
    "Is anyone in danger right now?",
    "If so, what to do first comes first. You need not go through the other steps.",
    (
        Choice("no", "No", ""),
        Choice("suicide", "Yes: someone may be suicidal", "Someone is suicidal right now."),
        Choice("violence", "Yes: violence, a weapon or a threat", "Someone is threatening violence right now."),
        Choice("medical", "Yes: a medical emergency", "Someone needs emergency medical care right now."),
        Choice("missing", "Yes: a young person is missing", "A young person is missing right now."),
        Choice("abuse", "Yes: abuse or neglect", "A child is being abused right now."),
        _not_sure(""),
    ),
)
HOLDER = Step(
    "holder",
    "Who has the information?",
    "Whose file is it in, or who knows it? That decides which law comes first.",
    (
        Choice("school", "A school or school district", "a school"),
        Choice("clinic", "A doctor, clinic, hospital or therapist", "a clinic"),
        Choice("treatment", "A drug or alcohol treatment program", "a drug treatment program"),
        Choice("child_welfare", "A child welfare agency (CPS, foster care)", "a child welfare agency"),
        Choice("justice", "A juvenile court or probation office", "a juvenile probation office"),
        Choice("police", "The police", "the police"),
        Choice("victim", "A domestic violence or victim services program", "a domestic violence program"),
        Choice("runaway", "A runaway or youth shelter", "a runaway shelter"),
        Choice("benefits", "A benefits office (Medicaid, SNAP, school meals)", "a benefits office"),
        _not_sure("an agency"),
    ),
)
SUBJECT = Step(
    "subject",
    "Whose information is it?",
    "Age often decides who may consent.",
    (
        Choice("child", "A child under 13", "a {one} under 13"),
        Choice("teen", "A young person of 13 to 17", "a {one} aged 13 to 17"),
        Choice("adult", "A young adult of 18 or older", "a {one} aged 18 or older"),
        Choice("parent", "A parent or another adult of the family", "a {one}'s parent"),
        Choice("group", "Many young people together, as numbers", "a group of {many}, without names,"),
        _not_sure("a {one}"),
    ),
)
KIND = Step(
    "kind",
    "What kind of information is it?",
    "Some kinds have a law of their own wherever they are kept.",
    (
        Choice(
            "school", "School records: attendance, grades, discipline", "the attendance, grades and discipline records"
        ),
        Choice("special_education", "Special education records (IEP)", "the special education records"),
        Choice("health", "Health records", "the health records"),
        Choice("mental_health", "Counseling or mental health records", "the mental health records"),
        Choice("substance_use", "Drug or alcohol treatment records", "the substance use treatment records"),
        Choice("child_welfare", "Child protection or foster care records", "the child welfare records"),
        Choice("justice", "Juvenile court, probation or police records", "the juvenile justice records"),
        Choice("victim", "Shelter or victim services records", "the victim services records"),
        Choice("benefits", "Benefits: free meals, Medicaid, SNAP", "the benefits records"),
        _not_sure("information about"),
    ),
)
RECIPIENT = Step(
    "recipient",
    "Who wants the information?",
    "The one who would get it, by role and not by name.",
    (
        Choice("parent", "A parent or guardian", "a parent"),
        Choice("self", "The young person", "that person"),
        Choice("foster", "A foster parent or relative who gives care", "a foster parent"),
        Choice("school", "A school or its staff", "a school"),
        Choice("clinic", "A doctor, clinic or therapist", "a doctor"),
        Choice("caseworker", "A child welfare caseworker (CPS)", "a child welfare caseworker"),
        Choice("probation", "A probation officer", "a probation officer"),
        Choice("police", "The police", "the police"),
        Choice("court", "A court, lawyer or guardian ad litem", "a court"),
        Choice("researcher", "A researcher or evaluator", "a researcher"),
        Choice("press", "A reporter", "a reporter"),
        _not_sure("another agency"),
    ),
)
PURPOSE = Step(
    "purpose",
    "What is it wanted for?",
    "A law that permits sharing mostly permits it for one purpose.",
    (
        Choice("care", "To treat or care for the young person", "for treatment and care"),
        Choice("services", "To plan help together", "to coordinate services"),
        Choice("abuse", "To report or look into suspected abuse or neglect", "for a child abuse investigation"),
        Choice("supervision", "To supervise someone on probation", "for probation supervision"),
        Choice("case", "For a court case", "for a court case"),
        Choice("enroll", "To enroll the young person in a school", "for school enrollment"),
        Choice("safety", "To keep people safe", "for a health or safety emergency"),
        Choice("research", "For research or an evaluation", "for research or an evaluation"),
        Choice("payment", "For payment or benefits", "for payment or benefits"),
        _not_sure(""),
    ),
)
CONSENT = Step(
    "consent",
    "Is there consent, or an order of a court?",
    "Signed consent, a subpoena and an order open different doors.",
    (
        Choice("none", "No consent", "without consent"),
        Choice("refused", "No: consent was asked for and refused", "although consent was refused"),
        Choice("parent", "Yes: a parent or guardian signed", "with a parent's signed consent"),
        Choice("self", "Yes: the young person signed", "with the young person's signed consent"),
        Choice("order", "There is a court order or a warrant", "under a court order"),
        Choice("subpoena", "There is a subpoena", "under a subpoena"),
        _not_sure(""),
    ),
)
# Danger first: who has a child in danger before them must not click through six steps to read whom to call.
STEPS = (DANGER, HOLDER, SUBJECT, KIND, RECIPIENT, PURPOSE, CONSENT)
