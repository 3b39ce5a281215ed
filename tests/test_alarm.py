"""The alarm: dangers told in nobody's textbook words are noticed, and what may be shared at once comes first."""

from __future__ import annotations

import ast
import json
from typing import cast, get_args

import pytest

from answer import emergency
from answer.alarm import NAMED, Alarm, Needed, Rules, Told
from answer.assemble import Engine
from answer.bonus import Bonus
from answer.understand import understand
from eval import alarm_score
from eval.intent_score import Split
from mayshare import cites
from mayshare.config import ROOT
from mayshare.intent import Danger, Intent, IntentModel, Wants, load_intent_model
from mayshare.schema import Hit, Place, Question, Why
from tests.test_intent import trained_with

# none of these is among the texts that the model was trained on
DANGERS = [
    (
        "found a folded list in her locker, who gets her cleats, who gets her cat. she's 14. coach says leave it till monday",
        "suicide",
    ),
    (
        "The custodian fished a kid's suicide note out of the trash at our middle school. May I show it around?",
        "suicide",
    ),
    (
        "bus driver overheard two of our boys say they'd settle it at the park after school, one lifted his shirt and "
        "showed him what's in his waistband. who do i tell",
        "violence",
    ),
    (
        "He's nine. Nobody picked him up, mom's phone is off, and a man he calls uncle Ray just led him to a van.",
        "missing",
    ),
]
CALM = [
    "This IEP meeting is killing me, three hours. May I share the draft with the aide?",
    "May a school tell the new district about a suicide attempt two years ago?",
    "The drama club needs the script of a play about a shooting. Does FERPA matter?",
    "May a teacher post grades by student number?",
]


@pytest.mark.parametrize(("text", "kind"), DANGERS)
def test_a_sign_in_plain_words_is_noticed_and_the_emergency_rule_is_there(engine: Engine, text: str, kind: str) -> None:
    assert emergency.danger(text) is None
    answer = engine.ask(Question(text=text))
    assert engine.alarm.told(Question(text=text)).danger == kind
    assert answer.urgent.startswith(emergency.CALL)
    assert emergency.MORE[kind] in answer.urgent
    assert answer.text.startswith(f"{answer.urgent}\n\n")
    assert answer.abstention is None
    first_two = [cite.text for claim in answer.claims[:2] for cite in cites.find(claim.text)]
    assert any(emergency.is_rule(authority) for authority in first_two)


def test_911_is_named_where_the_guidance_says_nothing_too(engine: Engine) -> None:
    text = f"{DANGERS[0][0]} " + "She sat by herself at lunch again. " * 200 + "A student took a whole bottle of pills."
    answer = engine.ask(Question(text=text))
    assert answer.abstention == "missing_facts", "it is too long to be read"
    assert answer.urgent.startswith(emergency.CALL)
    assert emergency.BELOW not in answer.urgent
    assert answer.text.startswith(answer.urgent)


def test_a_section_that_was_chosen_leads_in_a_danger_too(engine: Engine) -> None:
    text = "A student took a whole bottle of pills and is unconscious. May I tell his coach?"
    other = next(hit.passage for hit in engine.ask(Question(text=text)).hits if not _is_rule(hit))
    place = Place(source_id=other.source_id, heading=other.heading)
    answer = engine.ask(Question(text=text, situation=place))
    assert answer.sources[0].source_id == place.source_id
    assert answer.situation
    assert answer.situation.section.heading == place.heading


def test_a_danger_told_some_turns_ago_is_not_forgotten(engine: Engine) -> None:
    told = "A student took a whole bottle of pills."
    assert (
        engine.alarm.told(Question(text="and her coach?", history=(told, "May I tell her mother?"))).danger == "medical"
    )
    general = "What does our policy say of training?"
    assert engine.alarm.told(Question(text=told, history=(general,))).danger == "medical"


@pytest.mark.parametrize("text", CALM)
def test_words_of_danger_alone_sound_no_alarm(engine: Engine, text: str) -> None:
    assert engine.ask(Question(text=text)).urgent == ""


def test_without_the_model_words_alone_tell() -> None:
    alarm = Alarm(None)
    assert alarm.told(Question(text=DANGERS[0][0])) == Told()
    assert alarm.told(Question(text="")) == Told()
    for turns in (("A student took a whole bottle of pills",), ("He took a whole bottle of pills", "May I tell her?")):
        told = alarm.told(Question(text=turns[-1], history=turns[:-1]))
        assert told == Told("medical", emergency.first(["medical"]), sure=True)


class _Reads:
    """A model that reads the same out of every text."""

    def __init__(self, **danger: float) -> None:
        self._danger = Danger(**{**dict.fromkeys(Danger._fields, 0.0), **danger})

    def read(self, text: str) -> Wants:
        return Wants(Intent(1.0, 0.0, 0.0), self._danger)


def told(**danger: float) -> Told:
    return Alarm(cast(IntentModel, _Reads(**danger))).told(Question(text="May I tell her coach?"))


def test_where_it_may_be_a_danger_911_is_named_and_nothing_else_changes() -> None:
    assert told(none=0.7, suicide=0.3) == Told()
    assert told(none=0.6, suicide=0.4) == Told(first=NAMED)
    assert told(none=0.3, suicide=0.6, abuse=0.05) == Told("suicide", emergency.first(["suicide"]))


def test_the_numbers_of_another_likely_kind_are_named_too() -> None:
    found = told(none=0.1, violence=0.6, suicide=0.3)
    assert found.danger == "violence"
    assert emergency.MORE["suicide"] in found.first
    assert emergency.MORE["missing"] not in found.first
    assert emergency.MORE["suicide"] in told(none=0.1, medical=0.84, suicide=0.06).first
    assert emergency.MORE["missing"] not in told(none=0.1, medical=0.84, missing=0.06).first


def test_a_rule_of_another_holder_does_not_lead(engine: Engine) -> None:
    school = _hit(engine, "34 CFR 99.36", "FERPA")
    clinic = _hit(engine, "45 CFR 164.512(j)", "HIPAA")
    plain = _hit(engine, "34 CFR 99.10(a)", "FERPA")
    asked = _rules(engine, "The student left a note. May the principal show it?", "suicide")
    assert asked.find([clinic, plain], lambda: [school], list) == Needed(school)
    assert asked.find([clinic], list, list) == Needed(clinic)
    assert asked.find([clinic], list, lambda: [school]) == Needed(school, everybody=True), (
        "rather than another holder's"
    )
    assert asked.find([plain], list, list) is None
    assert asked.lead(Needed(school), plain, 0.4, 0.5)
    assert not asked.lead(Needed(school), plain, 0.6, 0.5)
    assert not asked.lead(Needed(clinic), plain, 0.1, 0.5)
    assert asked.lead(Needed(clinic, everybody=True), plain, 0.2, 0.5)
    assert not asked.lead(Needed(school, everybody=True), plain, 0.48, 0.5), "what is near may be what was asked"
    assert asked.lead(Needed(school), clinic, 0.4, 0.5), "a clinic's rule is none for a principal"
    assert not asked.lead(Needed(school), school, 0.4, 0.5), "a rule that opens records leads already"
    nobody = _rules(engine, "A boy told me his stepdad comes in at night. Do I call?", "violence")
    assert nobody.lead(Needed(clinic), plain, 0.2, 0.5), "no record is at hand that another law would govern"
    assert not nobody.lead(Needed(clinic), plain, 0.48, 0.5)
    told = _rules(engine, "A boy told me his stepdad comes in at night. Do I call?", "abuse")
    assert told.lead(Needed(clinic), plain, 0.4, 0.5), "abuse is reported whoever holds which record"
    clinician = _rules(engine, "I'm a pediatrician. May I warn his mother tonight?", "suicide")
    assert clinician.find([school, clinic], list, list) == Needed(clinic), "who asks says whose rule it is"


@pytest.mark.parametrize(
    "text",
    [
        "a student just told me he swallowed a bottle of his dads heart pills, do i need his ok to call mom",
        "a kid just told me he swallowed his dads heart pills ten minutes ago and begs me to keep it secret. do i need his ok "
        "to call his mom",
        "Duty officer for juvenile probation. A boy on my caseload just left home with his uncle's rifle to find his ex. Judge "
        "sealed his file. Can I read dispatch what it says?",
    ],
)
def test_whoever_asks_in_a_danger_gets_a_rule_that_is_theirs_and_no_yes_to_something_else(
    engine: Engine, text: str
) -> None:
    found = engine.ask(Question(text=text))
    assert found.urgent.startswith(emergency.CALL)
    assert any(emergency.is_rule(cite.text) for cite in cites.find(found.claims[0].text))
    assert (found.verdict, found.opening) == ("explain", "")


def test_no_other_holder_s_rule_opens_a_treatment_program_s_file(engine: Engine) -> None:
    text = "our methadone clinic: sister calls to see if he made it in today, says he has been missing for two days"
    found = engine.ask(Question(text=text))
    assert found.urgent.startswith(emergency.CALL)
    assert found.sources[0].authorities[0].startswith("42 CFR 2")
    assert "must not" in found.claims[0].text
    clinic = _hit(engine, "45 CFR 164.512(j)", "HIPAA")
    program, school = _hit(engine, "42 CFR 2.13", "42 CFR Part 2"), _hit(engine, "34 CFR 99.36", "FERPA")
    asked = _rules(engine, text, "missing")
    assert asked.find([clinic, program], list, lambda: [school]) == Needed(program)
    assert asked.lead(Needed(program), clinic, 0.9, 0.5)
    assert not asked.lead(Needed(program), program, 0.9, 0.5)
    bare = clinic.model_copy(update={"passage": clinic.passage.model_copy(update={"sentences": ()})})
    assert asked.find([bare, program], list, list) == Needed(program), "a passage without a sentence rests on nothing"


@pytest.mark.parametrize(
    "text", ["He told me he swallowed all of grandpas heart pills.", "Is my overtime paid? he has a gun"]
)
def test_no_yes_answers_what_only_the_alarm_asked(engine: Engine, text: str) -> None:
    found = engine.ask(Question(text=text))
    assert found.urgent.startswith(emergency.CALL)
    assert (found.verdict, found.opening) == ("explain", "")


def test_a_section_that_was_chosen_says_its_yes_or_no_in_a_danger_too(engine: Engine) -> None:
    text = "A student just texted goodbye. May the counselor call her parents tonight?"
    place = next(p.place for p in engine.index.passages if p.source_id == "ferpa-health-safety-emergency")
    found = engine.ask(Question(text=text, situation=place))
    assert found.urgent
    assert found.sources[0].source_id == place.source_id
    assert found.verdict != "explain"


def test_abuse_is_led_by_a_rule_that_lets_it_be_reported(engine: Engine) -> None:
    told = "Nurse. Fresh belt marks on a 10 yo's back right now. Whom may I tell?"
    threat, report = _hit(engine, "34 CFR 99.36", "FERPA"), _hit(engine, "45 CFR 164.512(b)(1)(ii)", "HIPAA")
    assert _rules(engine, told, "abuse").find([threat], lambda: [report], lambda: [threat]) == Needed(report)
    found = _rules(engine, told, "violence").find([report], list, lambda: [threat])
    assert found == Needed(threat, everybody=True), "nothing is to be reported"


def test_a_ban_with_an_emergency_among_its_exceptions_opens_nothing(engine: Engine) -> None:
    rule = _hit(engine, "45 CFR 164.512(j)", "HIPAA")
    text = "A hospital must not tell a school without a release unless a threat is imminent (45 CFR 164.512(j))."
    sentence = rule.passage.sentences[0].model_copy(update={"start": 0, "end": len(text)})
    passage = rule.passage.model_copy(update={"text": text, "start": 0, "end": len(text), "sentences": (sentence,)})
    asked = _rules(engine, "A patient will hurt his brother today. Whom may we warn?", "violence")
    ban = rule.model_copy(update={"passage": passage})
    assert asked.find([ban], lambda: [rule], list) == Needed(rule)
    assert asked.lead(Needed(rule), ban, 0.4, 0.5)


def test_words_of_a_danger_do_not_keep_an_unsure_answer_from_asking(engine: Engine) -> None:
    found = engine.ask(
        Question(
            text="My client is sixteen, not a substance program, and just now described pills, tonight, after her "
            "brother goes to bed. Does the zoning board's parking variance let me hold the hallway keys?"
        )
    )
    assert found.urgent
    assert found.situation
    rule_leads = bool(
        [hit for hit in found.hits if hit.passage.heading == found.situation.section.heading and _is_rule(hit)]
    )
    assert found.situation.unsure or rule_leads


def test_where_abuse_is_likely_the_duty_to_report_leads_and_is_asked_about(engine: Engine) -> None:
    text = (
        "I'm a lifeguard supervisor at the city pool. One of my 16yo guards told me her stepdad comes in her room at "
        "night. HR says keep it internal. do I call somebody"
    )
    found = engine.ask(Question(text=text))
    assert found.situation
    assert found.situation.unsure
    assert any(authority.startswith("42 USC 5106a") for authority in found.sources[0].authorities)
    assert "hotline" in found.urgent


def test_a_rule_that_leaves_all_to_the_state_never_takes_the_lead(engine: Engine) -> None:
    text = (
        "Neighbours kid sleeps on our couch most nights since his mom's arrest, he's 16. His school says sign as "
        "caregiver for the field trip but won't tell me if he's failing. No one in CPS will take the case"
    )
    found = engine.ask(Question(text=text))
    assert found.urgent
    assert found.abstention is None, found.text


def test_a_rule_of_the_law_that_is_named_comes_before_another_s(engine: Engine) -> None:
    asked = understand(Question(text="Does HIPAA let a clinic warn of a threat?"), engine.glossary)
    bonus = Bonus(engine.index)(asked)
    rows = {passage.passage_id: row for row, passage in enumerate(engine.index.passages)}
    school, clinic = _hit(engine, "34 CFR 99.36", "FERPA"), _hit(engine, "45 CFR 164.512(j)", "HIPAA")
    assert bonus[rows[clinic.passage.passage_id]] - bonus[rows[school.passage.passage_id]] > 0.4


def _is_rule(hit: Hit) -> bool:
    return emergency.opens(hit) or emergency.lets_report(hit)


def _rules(engine: Engine, text: str, danger: str) -> Rules:
    return Rules(understand(Question(text=text), engine.glossary), danger, engine.index.documents)


def _hit(engine: Engine, authority: str, law: str) -> Hit:
    """A hit of a passage of one law alone that begins with a rule of it."""
    found = next(
        passage
        for passage in engine.index.passages
        if passage.sentences
        and passage.laws == (law,)
        and any(one.startswith(authority) for one in passage.sentences[0].authorities)
    )
    return Hit(passage=found, score=1.0, why=Why(lexical=0.0, dense=0.0, heading=0.0))


def test_the_head_s_order_is_that_of_the_training() -> None:
    assert ast.literal_eval(trained_with()["DANGERS"]) == Danger._fields
    assert set(emergency.MORE) == set(emergency.ASKS) == set(Danger._fields) - {"none"}


def test_what_the_model_tells_are_probabilities(engine: Engine) -> None:
    model = load_intent_model(engine.settings.model_folder)
    for text in (DANGERS[0][0], CALM[0], "?"):
        for chances in model.read(text):
            assert sum(chances) == pytest.approx(1, abs=1e-5)


def test_the_texts_that_measure_it_are_whole_and_none_was_trained_on() -> None:
    lines = (ROOT / "train" / "dangers.jsonl").read_text(encoding="utf-8").splitlines()
    trained = {json.loads(line)["text"].lower() for line in lines}
    texts = [text for split in get_args(Split) for text in alarm_score.read(split)]
    assert len({text.text for text in texts}) == len(texts) == 300
    assert {text.danger for text in texts} == set(Danger._fields)
    assert not [text.text for text in texts if text.text.lower() in trained]
