"""The watch list: written by hand or from the command line, and a mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import watch
from eval.watch import Watch
from mayshare.errors import WatchListError
from tests.evaluation import answer, claim

ONE = Watch(question="May a school call the police?", verdict="yes", cites="ferpa-emergency")
TWO = Watch(question="Who signs: parent or child?", note="asked: every week")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return watch.path_of(tmp_path)


def test_a_list_grows_and_shrinks(path: Path) -> None:
    assert watch.load(path) == ()
    watch.add(path, ONE)
    watch.add(path, TWO)
    assert watch.load(path) == (ONE, TWO)
    assert watch.remove(path, 1) == ONE
    assert watch.load(path) == (TWO,)
    assert watch.remove(path, 1) == TWO
    assert watch.load(path) == ()
    watch.add(path, ONE)
    assert watch.load(path) == (ONE,)


def test_comments_and_the_author_s_form_are_kept(path: Path) -> None:
    path.write_text("# ours\nwatch:\n# the sheriff's\n- question: May we?\n  verdict: no\n\n# last\n", encoding="utf-8")
    assert watch.load(path)[0].verdict == "no", "YAML reads a bare `no` as false"
    watch.add(path, TWO)
    assert [w.question for w in watch.load(path)] == ["May we?", TWO.question]
    watch.remove(path, 2)
    assert path.read_text() == "# ours\nwatch:\n# the sheriff's\n- question: May we?\n  verdict: no\n\n# last\n"


def test_a_list_in_another_form_is_left_alone(path: Path) -> None:
    text = "watch: [{question: 'May we?'}]\n"
    path.write_text(text, encoding="utf-8")
    for change in (lambda: watch.add(path, TWO), lambda: watch.remove(path, 1)):
        with pytest.raises(WatchListError, match="by hand"):
            change()
    assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("watch:\n  - verdict: yes\n", r":2: "),
        ("watch:\n  - question: May we?\n  - question: Who?\n    colour: red\n", ":3: colour"),
        ("watch:\n  - question: May we?\n  - question: May we?\n", ":3: the question stands twice"),
        ("watch:\n  - question: May we?\n    verdict: perhaps\n", ":2: verdict"),
        ("watch:\n  - question: May we?\n    cites: ../etc/passwd\n", ":2: cites"),
        ("watch:\n  - May we?\n", ":2: "),
        ("watch: May we?\n", "one list"),
        ("questions: []\n", "one list"),
        ("watch:\n  - {question: [}\n", ":2: YAML"),
        ("- x\n", "not a table"),
        ("\x00", "NUL"),
    ],
)
def test_a_mistake_is_named_with_its_line(path: Path, text: str, says: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WatchListError, match=says) as caught:
        watch.load(path)
    assert str(path) in str(caught.value)


def test_what_is_there_already_or_not_there_is_an_error(path: Path) -> None:
    watch.add(path, ONE)
    with pytest.raises(WatchListError, match="already"):
        watch.add(path, ONE)
    for number in (0, 2):
        with pytest.raises(WatchListError, match="no number"):
            watch.remove(path, number)


def test_expectations() -> None:
    given = answer(claim(1), verdict="conditional")
    assert Watch(question="May we?").unmet(given) == ()
    assert Watch(question="May we?", verdict="conditional", cites="emergency").unmet(given) == ()
    unmet = Watch(question="May we?", verdict="no", cites="other").unmet(given)
    assert unmet == ("the verdict is conditional, expected no", "other isn't cited (cited: emergency)")
