"""Sign-in: what the server is told, and that every page and every action asks for the role."""

from __future__ import annotations

import inspect
import socket
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import serve
from ingest import drafts, jobs, put_live
from ingest.pipeline import ingest
from mayshare import chat_switch, generation
from mayshare.config import ROOT, Settings
from mayshare.errors import ConfigError, NotAllowedError
from mayshare.roles import Person, Role
from mayshare.sign_in import SignIn
from pages import access, menu
from pages import maintenance_actions as act
from tests.test_drafts import text_of, tree
from tests.test_roles import SECRET, claims, oidc

# ---- the server


def test_streamlit_gets_the_provider_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[Any] = []
    monkeypatch.setattr(serve, "secrets_singleton", SimpleNamespace(merge_programmatic_secrets=got.append))
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    serve._let_in("0.0.0.0", oidc())
    assert got[0]["auth"]["redirect_uri"] == "https://mayshare.school.example/oauth2callback"
    assert got[0]["auth"]["client_secret"] == SECRET
    assert serve.os.environ["FORWARDED_ALLOW_IPS"] == ""


def test_open_without_sign_in_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")
    serve._let_in("127.0.0.1", SignIn())
    assert capsys.readouterr().out == ""
    serve._let_in("0.0.0.0", SignIn())
    assert "everyone is a reader" in capsys.readouterr().out


def test_with_sign_in_no_other_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve._port("127.0.0.1", port, SignIn()) != port
        with pytest.raises(ConfigError, match=f"Port {port} is taken"):
            serve._port("127.0.0.1", port, oidc())


# ---- pages


BARE = """import streamlit as st
from mayshare.errors import NotAllowedError
from pages import {module}
try:
    {module}.draw()
except NotAllowedError:
    st.text("closed")
"""


def as_(monkeypatch: pytest.MonkeyPatch, role: Role, **known: str) -> None:
    monkeypatch.setattr(access, "person", lambda: Person(role, **known))


def shown(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.title, *app.markdown, *app.error, *app.info, *app.text, *app.caption])


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_holds_what_the_role_may_open(monkeypatch: pytest.MonkeyPatch, role: Role) -> None:
    as_(monkeypatch, role)
    app = AppTest.from_string(
        "import streamlit as st\nfrom pages import menu\n"
        "for page in menu.pages():\n    st.text(page.url_path + '|' + page.visibility)\n"
    )
    monkeypatch.syspath_prepend(str(ROOT))
    app.run()
    assert not app.exception
    for entry, line in zip(menu.ENTRIES, app.text, strict=True):
        assert line.value == f"{entry.path}|{'visible' if role >= entry.role else 'hidden'}"


@pytest.mark.parametrize("role", [Role.NOBODY, Role.READER, Role.TRAINER])
@pytest.mark.parametrize("entry", [entry for entry in menu.ENTRIES if entry.role > Role.READER], ids=lambda e: e.module)
def test_a_page_run_by_its_address_or_by_itself_is_closed(
    monkeypatch: pytest.MonkeyPatch, entry: menu.Entry, role: Role
) -> None:
    if role >= entry.role:
        return
    as_(monkeypatch, role)
    monkeypatch.syspath_prepend(str(ROOT))
    guarded = f"menu.guarded(next(one for one in menu.ENTRIES if one.path == {entry.path!r}))()"
    app = AppTest.from_string(f"from pages import menu\n{guarded}\n").run()
    assert not app.exception
    assert not app.button
    assert ("Sign in" if role is Role.NOBODY else f"for {entry.role.name.lower()}s") in shown(app)
    bare = AppTest.from_string(BARE.format(module=entry.module)).run()
    assert [text.value for text in bare.text] == ["closed"]
    assert not bare.button


def test_the_whole_app_is_closed_until_one_signs_in(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> None:
    monkeypatch.setattr(access, "sign_in", lambda: oidc(provider_name="the district"))
    app.user = {}
    app.run()
    assert not app.exception
    assert app.title[0].value == "Sign in"
    assert [button.label for button in app.button] == ["Sign in with the district"]
    assert not app.chat_input
    app.user = claims(iat=serve.time.time())
    app.run()
    assert app.text[0].value == "Signed in as Rhea (reader)"
    assert app.chat_input
    app.user = claims(iat=serve.time.time() - 13 * 3600)
    app.run()
    assert "has ended" in app.info[0].value
    assert not app.chat_input


def test_the_wrong_address_is_told_with_the_right_one(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> None:
    monkeypatch.setattr(access, "sign_in", oidc)
    app.user = {}
    app.context["url"] = "https://mayshare.school.example.evil.example/library"
    app.run()
    assert "Open https://mayshare.school.example instead" in app.warning[0].value
    assert not app.button
    app.context["url"] = "https://mayshare.school.example/library"
    app.run()
    assert [button.label for button in app.button] == ["Sign in"]


def test_settings_that_cannot_be_read_close_the_app(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> None:
    monkeypatch.setenv("MAYSHARE_SIGN_IN__METHOD", "proxy")  # and nothing by which the proxy is known
    app.run()
    assert not app.exception
    assert "trusted_proxies" in app.error[0].value
    assert not app.chat_input


# ---- actions: what a message could ask for, whatever was drawn

ACTIONS = {
    "recover": (),
    "turn_off": (),
    "turn_on": (),
    "keep_upload": ({"kind": "law"},),
    "keep_text": (act.PASTED,),
    "discard": ("zebra",),
    "look_ahead": ("zebra", "sha"),
    "put_draft_live": ("zebra", "sha", False),
    "roll_back": (1,),
    "take_back": ("key",),
}
# they touch the words and the choices of the person's own session, and nothing else
OF_THE_SESSION = {"say", "confirm", "never_mind", "settle", "said"}


def test_every_action_of_a_page_asks_for_a_role() -> None:
    found = set()
    for path in sorted((ROOT / "pages").glob("*_actions.py")):
        module = import_module(f"pages.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_") and name not in OF_THE_SESSION:
                needs = inspect.unwrap(function, stop=lambda one: "needs" in one.__dict__).__dict__.get("needs")
                assert needs, f"pages/{path.name}: {name} asks for no role: decorate it with access.guarded"
                assert needs > Role.READER
                found.add(name)
    assert found >= ACTIONS.keys()


@pytest.fixture
def live(settings: Settings, corpus: Path, quick_check: None, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two generations, a draft and the chat on: everything that an action could change."""
    ingest(settings)
    (corpus / "law" / "horse.md").write_text(text_of("horse"), encoding="utf-8")
    ingest(settings)
    drafts.save(settings, "x.md", text_of())
    monkeypatch.setattr(act, "load_settings", lambda: settings)
    return settings


def state(settings: Settings) -> Any:
    switch, undos = chat_switch.read(settings.store), put_live.history(settings)
    return (
        generation.live(settings.store), switch, undos, drafts.listed(settings), tree(settings.corpus), jobs.running(),
    )  # fmt: skip


@pytest.mark.parametrize("role", [Role.NOBODY, Role.READER, Role.TRAINER])
def test_no_action_does_anything_for_whoever_is_less(
    live: Settings, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    before = state(live)
    session = {act.NOTE: "Off.", act.PASTED: text_of("goat"), act.CONFIRM: None}
    monkeypatch.setattr(st, "session_state", session)
    as_(monkeypatch, role)
    for name, arguments in ACTIONS.items():
        action = getattr(act, name)
        action(*arguments)
        with pytest.raises(NotAllowedError, match="This is for maintainers"):
            action.__wrapped__(live, *arguments)
        assert state(live) == before, name
    assert act.JOB not in session


def test_the_same_actions_do_something_for_a_maintainer(live: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would prove nothing."""
    monkeypatch.setattr(st, "session_state", {act.NOTE: "Off.", act.PASTED: text_of("goat")})
    as_(monkeypatch, Role.MAINTAINER)
    for name in ("turn_off", "keep_text", "discard", "roll_back"):
        before = state(live)
        getattr(act, name)(*ACTIONS[name])
        assert state(live) != before, name


def test_an_action_asks_each_time_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    action = access.guarded(Role.TRAINER)(done.append)
    as_(monkeypatch, Role.MAINTAINER)
    action(1)
    as_(monkeypatch, Role.READER)
    with pytest.raises(NotAllowedError, match="for trainers"):
        action(2)
    as_(monkeypatch, Role.TRAINER)
    action(3)
    assert done == [1, 3]
