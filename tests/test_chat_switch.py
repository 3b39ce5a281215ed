"""The switch that turns the chat off: a note for its users, at once, and off where in doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

import pages.engine
from answer.assemble import Engine
from cli import app as mayshare
from mayshare import chat_switch
from mayshare.config import ROOT
from mayshare.errors import SwitchError
from pages import carry


def test_off_and_on(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert chat_switch.read(store) is None
    off = chat_switch.turn_off(store, "  HIPAA rule\nchanged. ", "Ann")
    assert (off.note, off.by) == ("HIPAA rule changed.", "Ann")
    assert chat_switch.read(store) == off
    assert chat_switch.turn_on(store)
    assert chat_switch.read(store) is None
    assert not chat_switch.turn_on(store)


@pytest.mark.parametrize("note", ["", "  \n", "x" * 501])
def test_a_note_must_be_given(tmp_path: Path, note: str) -> None:
    with pytest.raises(SwitchError, match="why the chat is off"):
        chat_switch.turn_off(tmp_path, note)
    assert chat_switch.read(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", "\x00", '{"note": ""}'])
def test_a_file_that_cannot_be_read_means_off(tmp_path: Path, content: str) -> None:
    (tmp_path / "CHAT_OFF").write_text(content)
    off = chat_switch.read(tmp_path)
    assert off is not None
    assert off.note


def test_the_commands(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        return (
            CliRunner().invoke(mayshare, ["chat", *arguments, "--store", str(tmp_path)], catch_exceptions=False).output
        )

    assert "The chat is on." in run("status")
    assert "is off" in run("off", "--note", "The rule changed.", "--by", "Ann")
    assert "by Ann: The rule changed." in run("status")
    assert json.loads(run("status", "--json"))["off"]["note"] == "The rule changed."
    assert "The chat is on." in run("on")
    assert CliRunner().invoke(mayshare, ["chat", "off", "--store", str(tmp_path)]).exit_code == 2


def test_the_chat_shows_the_note_and_answers_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages.engine, "_engine", engine)
    monkeypatch.setenv("MAYSHARE_STORE", str(tmp_path))
    monkeypatch.syspath_prepend(str(ROOT))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.chat_input[0].disabled
    chat_switch.turn_off(tmp_path, "The *HIPAA* rule changed; ask ![x](http://evil.example) the hotline.")
    app.chat_input[0].set_value("May a school call the police?").run()
    assert not app.exception
    assert app.chat_input[0].disabled
    assert app.session_state["turns"] == []
    assert "hotline" in app.warning[0].value
    assert "![x](" not in app.warning[0].value
    assert not [b for b in app.button if b.key and b.key.startswith("example-")]
    app.session_state[carry.KEY] = "Left by another page while the chat was off"
    app.run()
    chat_switch.turn_on(tmp_path)
    app.run()
    assert not app.chat_input[0].disabled
    assert not app.warning
    assert app.session_state["turns"] == [], "what was left then isn't asked unbidden"
