"""Questions written into their files: what changed and no more, checked first, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest

from answer.assemble import Engine
from eval import feedback, files, history, question_form, question_writer
from eval.cases import FOLDER, Case, gold, load_cases
from eval.check import check, check_all
from eval.feedback import Remark
from eval.history import Entry, Mean
from eval.side_by_side import side_by_side
from mayshare.errors import QuestionSetError, RunFileError, TrainerFileError
from mayshare.schema import Question
from tests.evaluation import DOCUMENTS, answer, case, claim, context, hits, truth


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a few files of the shipped set."""
    target = tmp_path / "questions"
    target.mkdir()
    for name in ("README.md", "ferpa-parents.yaml", "adversarial-dev.yaml", "adversarial-test.yaml", "idea.yaml"):
        shutil.copy(FOLDER / name, target / name)
    return target


def one(folder: Path, name: str = "ferpa-parents-001") -> Case:
    return next(case for case in load_cases(folder) if case.id == name)


def changed_lines(folder: Path, name: str = "ferpa-parents.yaml") -> tuple[list[str], list[str]]:
    before, after = ((where / name).read_text().splitlines() for where in (FOLDER, folder))
    return [line for line in before if line not in after], [line for line in after if line not in before]


def test_every_shipped_question_reads_the_same_after_it_is_written() -> None:
    for each in load_cases():
        text = f"topic: {each.topic}\nsplit: {each.split}\nquestions:\n{question_writer._item(each)}"
        assert question_writer._parsed(text) == [each]
        fields = question_form.to_fields(each)
        assert question_form.to_case(fields, each.id, each.topic, each.split, each) == each


def test_a_change_touches_the_lines_of_its_fields_alone(folder: Path) -> None:
    before = one(folder)
    question_writer.replace(
        before.model_copy(update={"reviewed_by": "A. Counsel, attorney, 2026-11-29"}), before, folder
    )
    gone, new = changed_lines(folder)
    assert (gone, new) == ([], ['    reviewed_by: "A. Counsel, attorney, 2026-11-29"'])
    before = one(folder)
    after = before.model_copy(update={"verdict": "no", "laws": ("FERPA",), "evidence": before.evidence[:1]})
    question_writer.replace(after, before, folder)
    assert one(folder) == after
    assert len(changed_lines(folder)[0]) <= 2 + len(before.evidence) - 1  # laws, verdict, and a line for each that went
    known = {case.id: case for case in load_cases()}
    assert all(case == known[case.id] for case in load_cases(folder) if case.id != after.id)


def test_hostile_text_stays_text(folder: Path) -> None:
    text = "\"quoted\": {a: b} # no comment \\n & *anchor !tag | > % @ ` 'x' yes: [1] — “ü”"
    before = one(folder)
    after = before.model_copy(
        update={"question": text, "bottom_line": text, "wrong_if": (text, "- x", "no", "2026-11-29")}
    )
    question_writer.replace(after, before, folder)
    assert one(folder) == after


def test_what_can_not_be_kept_changes_nothing(folder: Path) -> None:
    before = one(folder)
    held = (folder / "ferpa-parents.yaml").read_bytes()
    with pytest.raises(TrainerFileError, match="can't be kept"):
        question_writer.replace(before.model_copy(update={"question": "bell \x07 rings"}), before, folder)
    assert (folder / "ferpa-parents.yaml").read_bytes() == held


def test_a_new_question_goes_to_the_end_of_its_topic_with_the_next_id(folder: Path) -> None:
    known = [case.id for case in load_cases(folder)]
    name = question_writer.next_id("ferpa-parents", known)
    number = max(int(known_id.rsplit("-", 1)[1]) for known_id in known if known_id.startswith("ferpa-parents-"))
    assert name == f"ferpa-parents-{number + 1:03d}"
    new = case(id=name, topic="ferpa-parents")
    question_writer.append(new, folder, "x | y")
    assert one(folder, name) == new
    assert (folder / "ferpa-parents.yaml").read_text().startswith((FOLDER / "ferpa-parents.yaml").read_text())
    assert (folder / "README.md").read_text().splitlines()[-1].endswith(r"| x \| y |")
    with pytest.raises(QuestionSetError, match="stands already"):
        question_writer.append(new, folder)


def test_a_topic_lies_in_one_split_but_for_those_cut_in_two(folder: Path) -> None:
    with pytest.raises(QuestionSetError, match="other split"):
        question_writer.append(case(id="ferpa-parents-900", topic="ferpa-parents", split="test"), folder)
    question_writer.append(case(id="adversarial-900", topic="adversarial", split="test"), folder)
    assert "adversarial-900" in (folder / "adversarial-test.yaml").read_text()
    question_writer.append(case(id="zoo-001", topic="zoo"), folder)
    assert (folder / "zoo.yaml").read_text().startswith("topic: zoo\nsplit: dev\nquestions:\n  - id:")
    for bad in ("Zoo", "../zoo", "zoo_", ""):
        with pytest.raises(QuestionSetError, match="can't name a topic"):
            question_writer.next_id(bad, [])


def test_id_topic_and_split_never_change(folder: Path) -> None:
    before = one(folder)
    for change in ({"id": "x-1"}, {"topic": "idea"}, {"split": "test"}):
        with pytest.raises(QuestionSetError, match="never change"):
            question_writer.replace(before.model_copy(update=change), before, folder)


def test_a_form_names_every_field_that_is_wrong_and_the_line_of_evidence() -> None:
    fields = question_form.to_fields(case()) | {"verdict": "abstain", "basis_seen": "yesterday", "basis_title": ""}
    with pytest.raises(QuestionSetError) as caught:
        question_form.to_case(fields, "c1", "t", "dev")
    assert "basis.seen" in str(caught.value)
    assert "basis.title" in str(caught.value)
    fields = question_form.to_fields(case()) | {"evidence": "emergency: a\nno colon here"}
    with pytest.raises(QuestionSetError, match="evidence, line 2"):
        question_form.to_case(fields, "c1", "t", "dev")


def test_a_check_tells_errors_from_what_is_lacking() -> None:
    assert check(case(), DOCUMENTS) == ((), ())
    bad = [{"document": "emergency", "quote": "Gone."}, {"document": "nowhere", "quote": "x"}]
    found = check(case(evidence=bad, asker=" ", authorities=["some rule"], nuggets=[]), DOCUMENTS)
    assert [("hold the quote" in e, "in the corpus" in e, "asker is empty" in e) for e in found.errors] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert len(found.lacks) == 2
    assert list(check_all([case(), case(id="c2", evidence=[])], DOCUMENTS)) == ["c2"]


def test_the_shipped_set_has_no_errors(engine: Engine) -> None:
    found = check_all(load_cases(), engine.index.documents)
    assert not [findings.errors for findings in found.values() if findings.errors]


# ---- side by side


def test_side_by_side_tells_quoted_from_found_from_missed(settings: object) -> None:
    from mayshare.config import load_settings

    ctx = context(load_settings())
    asked = truth()
    first = side_by_side(asked, answer(claim(1)), ctx)
    assert [(piece.state, piece.rank) for piece in first.evidence] == [("quoted", 1), ("found", 1)]
    assert first.supported == (True,)
    assert first.facts[0][1:] == ("vital", "stated")
    assert first.facts[-1].importance == "must not be left out"
    assert first.authorities == (("34 CFR 99.36", True),)
    other = side_by_side(asked, answer(claim(1, number=1), hits=hits((0, 20, "other"))), ctx)
    assert [piece.state for piece in other.evidence] == ["missed", "missed"]
    assert (other.supported, other.lost_at) == ((False,), "retrieval")
    hush = case(kind="out_of_scope", verdict="abstain", abstention="out_of_scope", evidence=[])
    silent = side_by_side(gold(hush, DOCUMENTS), answer(verdict="abstain", message="No."), ctx)
    assert {fact.state for fact in silent.facts} == {None}
    assert silent.authorities == (("34 CFR 99.36", None),)


# ---- history, and files held while they change


@pytest.fixture
def entry() -> Iterator[Entry]:
    yield Entry.model_validate(
        {
            "made": "2026-11-29T10:00:00Z", "split": "dev", "system": "engine", "engine": "e", "corpus_version": "g1",
            "set_sha256": "0", "questions": 2, "metrics": {"outcome": Mean(mean=0.5, low=0, high=1, scored=2)},
        }
    )  # fmt: skip


def test_the_history_keeps_a_run_once_and_names_a_bad_line(entry: Entry, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history.add(entry, path)
    history.add(entry.model_copy(update={"engine": "f"}), path)
    history.add(entry.model_copy(update={"split": "test"}), path)
    assert [(one.split, one.engine) for one in history.load(path)] == [("dev", "f"), ("test", "e")]
    path.write_text(path.read_text() + "{}\n")
    with pytest.raises(RunFileError, match=r"history\.jsonl:3"):
        history.load(path)


def _remark(path: Path, number: int) -> None:
    for n in range(5):
        asked = answer(claim(1)).model_copy(update={"question": Question(text="q")})
        item = feedback._item(asked, Remark(True, f"q {number} {n}"), feedback.dt.date.today())
        with files.locked(path):
            files.write_lines(path, [*feedback.load(path), item])


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "queue.jsonl"
    spawn = get_context("fork")
    working = [spawn.Process(target=_remark, args=(path, number)) for number in range(3)]
    for process in working:
        process.start()
    for process in working:
        process.join(30)
    assert len(feedback.load(path)) == 15


def test_a_file_that_is_held_for_too_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    path = tmp_path / "queue.jsonl"
    monkeypatch.setattr(files, "WAIT_S", 0.05)
    with FileLock(tmp_path / ".queue.jsonl.lock"), pytest.raises(TrainerFileError, match="by someone else"):
        feedback.remove("x", path)
