"""The chat's logic, headless (Streamlit's AppTest)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

import pages.engine
from answer.assemble import Engine
from mayshare.config import ROOT, Model
from mayshare.errors import BusyError
from mayshare.gate import Gate
from mayshare.schema import Question
from pages.examples import EVERYONE, QUESTIONS
from tests.model_server import Reply, Server, claim, serve

QUESTION = "Can a probation officer get attendance and grades without consent?"


def ask(app: AppTest, text: str) -> AppTest:
    return app.chat_input[0].set_value(text).run()


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.info, *app.caption])


def button(app: AppTest, start: str) -> object:
    return next(b for b in app.button if b.label.startswith(start))


def test_first_page(app: AppTest) -> None:
    assert not app.exception
    assert app.title[0].value == "May I share this?"
    assert [b.label for b in app.button if b.label in QUESTIONS[EVERYONE]] == list(QUESTIONS[EVERYONE])
    assert "not legal advice" in texts(app)
    assert "Don't type names" in texts(app)


def test_an_answer_has_its_bottom_line_first_and_readable_citations(app: AppTest) -> None:
    ask(app, QUESTION)
    assert not app.exception
    bottom = next(m.value for m in app.markdown if m.value.startswith("## "))
    assert "probation" in bottom
    labels = [b.label for b in app.button if b.label[0].isdigit()]
    assert labels[0].startswith("1: ")
    assert "34 CFR 99.3" in " ".join(labels)
    assert "Answer 1 ready" in app.success[0].value


def test_an_example_asks_itself(app: AppTest) -> None:
    button(app, QUESTIONS[EVERYONE][0]).click().run()  # type: ignore[attr-defined]
    assert not app.exception
    assert "guidance counselor" in texts(app)
    assert "Answer 1 ready" in app.success[0].value


def test_a_citation_opens_its_document_with_the_sentence_marked(app: AppTest, engine: Engine) -> None:
    ask(app, QUESTION)
    button(app, "1: ").click().run()  # type: ignore[attr-defined]
    assert not app.exception
    shown = texts(app)
    assert "Source 1 of" in shown
    assert ":orange-background[" in shown
    assert "Not yet reviewed by a lawyer" in shown
    assert "States the law as of 2026-11-01" in shown
    assert "https://www.ecfr.gov/" in shown
    button(app, "Next source").click().run()  # type: ignore[attr-defined]
    assert "Source 2 of" in texts(app)
    button(app, "Close").click().run()  # type: ignore[attr-defined]
    assert "Source 2 of" not in texts(app)


def test_who_asks_is_said_once_and_kept(app: AppTest) -> None:
    said = app.selectbox(key="asker")
    assert said.label == "Who asks (optional)"
    assert "school counselor" in said.options
    said.set_value("school counselor").run()
    ask(app, "The PO wants to know how he does. May I tell him?")
    assert "Asked by: school counselor" in texts(app)
    ask(app, "and his coach?")
    assert [turn.question.asker for turn in app.session_state["turns"]] == ["school counselor"] * 2
    app.selectbox(key="asker").set_value(None).run()
    ask(app, "and the bus driver?")
    assert app.session_state["turns"][-1].question.asker == ""


def test_a_follow_up_keeps_the_conversation(app: AppTest) -> None:
    ask(app, "May a school tell a student's parents what is in the education records?")
    ask(app, "what if she's 18?")
    assert not app.exception
    assert len(app.chat_message) == 4
    assert "18" in texts(app) or "eligible" in texts(app)
    assert "Answer 2 ready" in app.success[0].value
    button(app, "New conversation").click().run()  # type: ignore[attr-defined]
    assert len(app.chat_message) == 0


def test_an_abstention_says_why(app: AppTest) -> None:
    ask(app, "How do I bake sourdough bread?")
    assert not app.exception
    assert "outside what mayshare covers" in app.info[0].value


def test_hostile_text_is_shown_as_text(app: AppTest) -> None:
    ask(app, "May I ![x](http://evil.example/a.png) share <img src=x> with police? :red[now]")
    assert not app.exception
    shown = app.chat_message[0].markdown[0].value
    assert r"\!\[x\]\(" in shown
    assert r"\<img" in shown
    assert r"\:red\[" in shown


def test_an_error_is_told_without_the_question(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, engine: Engine
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Jayden Canary")

    monkeypatch.setattr(engine, "ask", broken)
    ask(app, "May I tell Jayden Canary's mother?")
    assert "Something went wrong" in app.error[0].value
    assert "Canary" not in caplog.text + app.error[0].value


def test_without_an_index_the_page_says_what_to_run(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages.engine, "_engine", None)
    monkeypatch.setenv("MAYSHARE_STORE", str(tmp_path))
    monkeypatch.syspath_prepend(str(ROOT))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not app.exception
    assert "mayshare ingest" in app.error[0].value


def test_a_changed_document_is_said_and_the_old_quote_kept(app: AppTest, engine: Engine) -> None:
    ask(app, QUESTION)
    turn = app.session_state["turns"][0]
    source = turn.sources[0].model_copy(update={"quote": "Something that the guidance said before."})
    app.session_state["turns"] = [turn.model_copy(update={"sources": (source, *turn.sources[1:])})]
    button(app, "1: ").click().run()  # type: ignore[attr-defined]
    assert "has changed since" in app.warning[0].value
    assert "said before" in texts(app)


def test_the_law_filter_reaches_the_engine(app: AppTest, engine: Engine) -> None:
    app.multiselect[0].set_value(["HIPAA"]).run()
    ask(app, "Who must sign before records are shared?")
    assert not app.exception
    hits = app.session_state["turns"][0].hits
    assert hits
    assert all("HIPAA" in engine.index.documents[hit.passage.source_id].laws for hit in hits)


def test_beyond_its_limit_the_app_says_at_once_that_it_is_busy_and_keeps_the_question(
    app: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Gate(at_once=1, waiting=0)
    monkeypatch.setattr(pages.engine, "_gate", full)
    assert full.idle
    with full.place():
        assert not full.idle
        ask(app, QUESTION)
    assert full.idle
    assert not app.exception
    assert "mayshare is busy" in app.warning[0].value
    assert app.session_state["turns"] == []
    assert QUESTION in texts(app)
    assert not app.chat_input, "it is said before the page is drawn"
    button(app, "Ask this again").click().run()  # type: ignore[attr-defined]
    assert "Answer 1 ready" in app.success[0].value
    assert not app.warning


def test_a_conversation_outlives_a_busy_moment(app: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(app, QUESTION)
    full = Gate(at_once=1, waiting=0)
    monkeypatch.setattr(pages.engine, "_gate", full)
    with full.place():
        ask(app, "and the police?")
    assert "is kept too" in app.warning[0].value
    button(app, "Ask this again").click().run()  # type: ignore[attr-defined]
    assert "Answer 2 ready" in app.success[0].value
    assert [turn.question.text for turn in app.session_state["turns"]] == [QUESTION, "and the police?"]


def test_a_question_asked_while_a_page_is_drawn_finds_its_place_then(
    app: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Gate(at_once=1, waiting=0)
    monkeypatch.setattr(pages.engine, "_gate", full)
    with full.place():
        button(app, QUESTIONS[EVERYONE][0]).click().run()  # type: ignore[attr-defined]
    assert "mayshare is busy" in app.warning[0].value
    assert app.chat_input
    assert full.idle


def test_the_gate_lets_so_many_in_and_so_many_wait() -> None:
    gate, most = Gate(at_once=2, waiting=3), 0
    inside: list[int] = []
    turned_away: list[int] = []
    everybody, leave = threading.Barrier(9), threading.Event()
    lock = threading.Lock()

    def work() -> None:
        nonlocal most
        everybody.wait()
        try:
            with gate.place(), gate.turn():
                with lock:
                    inside.append(1)
                    most = max(most, len(inside))
                leave.wait(10)
                with lock:
                    inside.pop()
        except BusyError:
            turned_away.append(1)
            if len(turned_away) == 3:
                leave.set()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    everybody.wait()
    for thread in threads:
        thread.join()
    assert (most, len(turned_away)) == (2, 3)
    with gate.place():
        pass


def test_many_sessions_ask_at_once(engine: Engine) -> None:
    from mayshare.schema import Question

    wanted = engine.ask(Question(text=QUESTION)).text
    found: list[str] = []

    def work() -> None:
        for _ in range(5):
            found.append(engine.ask(Question(text=QUESTION)).text)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 40


@pytest.fixture
def worded(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Iterator[tuple[AppTest, Server]]:
    """The chat over an engine with a scripted language model, which words the answer's bottom line."""
    sentence = re.sub(r" ?\((?:[^()]|\([^()]*\))*\)", "", engine.ask(Question(text=QUESTION)).claims[0].text)
    with serve(lambda _: Reply([claim(sentence, 1, role="bottom_line"), claim("Share all.", 1)])) as server:
        model = Model(provider="openai_like", model="scripted", base_url=server.base_url)
        settings = engine.settings.model_copy(update={"model": model})
        monkeypatch.setattr(pages.engine, "_engine", Engine(settings, engine.index))
        monkeypatch.syspath_prepend(str(ROOT))
        yield AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run(), server


def test_a_language_model_is_named_and_what_fell_is_counted(worded: tuple[AppTest, Server]) -> None:
    app, server = worded
    assert "scripted at 127.0.0.1" in app.info[0].value
    ask(app, QUESTION)
    assert not app.exception
    assert len(server.requests) == 1
    captions = " ".join(caption.value for caption in app.caption)
    assert "1 of its statements fell" in captions
    assert "goes to the language model" in captions


def test_personal_data_is_shown_before_anything_is_sent(worded: tuple[AppTest, Server]) -> None:
    app, server = worded
    ask(app, "May I tell Kaylee Nguyen's mother about her grades at school?")
    assert not app.exception
    assert server.requests == []
    assert "Kaylee Nguyen" in texts(app)
    assert app.text_area[0].value == "May I tell [NAME_1]'s mother about her grades at school?"
    button(app, "Ask this").click().run()  # type: ignore[attr-defined]
    assert not app.exception
    assert len(server.requests) == 1
    assert "Kaylee" not in str(server.requests)
    assert "Answer 1 ready" in app.success[0].value


def test_a_question_with_personal_data_can_be_dropped(worded: tuple[AppTest, Server]) -> None:
    app, server = worded
    ask(app, "May I tell Kaylee Nguyen's mother about her grades at school?")
    button(app, "Don't ask").click().run()  # type: ignore[attr-defined]
    assert not app.text_area
    assert server.requests == []
    assert len(app.chat_message) == 0
