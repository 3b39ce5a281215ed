"""Server mode: a real Chroma server that is killed and comes back, servers that misbehave, collections that don't fit."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest

from answer.assemble import Engine
from bench.chroma_run import ChromaServer
from ingest import publish
from ingest.pipeline import ingest
from mayshare import chroma_server, collection, generation
from mayshare.chroma_server import Server, client_settings
from mayshare.config import ROOT, Chroma, Settings, load_settings
from mayshare.deadline import Breaker, within
from mayshare.errors import ConfigError, PublishError, VerifyError
from mayshare.index import Index, open_index
from mayshare.remote import RemoteSearch
from mayshare.schema import Question
from tests.chroma_server import say, silent_server, stub_server
from tests.conftest import EMERGENCY, write_document

DEADLINE = 0.5
SLACK = 1.5  # for a machine with other work
QUESTIONS = """Can a probation officer get attendance and grades without consent?
Can the SRO look at a student's grades?
May a school tell police about a threat?
Can a clinic tell parents about a teenager's therapy?
Who must sign the release for substance use treatment records?
May a caseworker get a foster child's school records?
Can we share directory information with recruiters?
May a hospital tell a school about an overdose?
Does HIPAA apply to the school nurse?
What does 34 CFR 99.31(a)(1) say?
Can a juvenile court order the release of therapy notes?
Must a teacher report suspected abuse?
May a victim advocate share a client's address with police?
Can a parent without custody see the report card?
Can I give the IEP to a new school?
May we share aggregate data with partners?
What has to stand in an MOU on data sharing?
Can a student who is 18 stop us from telling the parents?
Is a subpoena enough for education records?
What is the weather tomorrow?""".splitlines()


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A running Chroma server."""
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def quick_server_check(quick_check: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verify in this process: the same checks, without the seconds of fresh ones."""
    from ingest.verify_server import verify

    monkeypatch.setattr("ingest.publish.verify_through_server", verify)


def in_server_mode(settings: Settings, port: int, **more: Any) -> Settings:
    chosen = {"mode": "server", "port": port, "deadline_s": 5.0, "pause_s": 0.3, **more}
    return load_settings(corpus=settings.corpus, store=settings.store, models=settings.models, chroma=chosen)


def names(settings: Settings) -> list[str]:
    server = Server(settings.chroma, 5.0)
    try:
        return server.names(collection.prefix(collection.store_id(settings.store)))
    finally:
        server.close()


def numbers(settings: Settings) -> list[str]:
    return [name.split("-")[3] for name in names(settings)]


def searched(index: Index) -> float:
    """Search once; the result must be the exact one. Seconds it took."""
    vector = index.embed("police emergency records")
    started = time.monotonic()
    found = index.dense(vector, 3)
    took = time.monotonic() - started
    assert found == index.exact(vector, 3)
    return took


def test_an_ingest_in_server_mode_with_its_fresh_processes(settings: Settings, chroma: ChromaServer) -> None:
    served = in_server_mode(settings, chroma.port)
    steps: list[str] = []
    report = ingest(served, lambda name, done, total: steps.append(name))
    assert "publish" in steps
    manifest = generation.read_manifest(served.store, report.generation)
    assert names(served) == [collection.name(collection.store_id(served.store), manifest)]
    assert not any(name.startswith("chroma/") for name in manifest.files)
    index = open_index(served)
    assert index.degraded is None
    searched(index)
    assert index.degraded is None
    index.close()
    assert not ingest(served, if_changed=True).built


@pytest.mark.usefixtures("quick_server_check")
def test_old_collections_go_with_their_generations_and_others_stay(settings: Settings, chroma: ChromaServer) -> None:
    served = in_server_mode(settings, chroma.port).model_copy(update={"keep_generations": 2})
    server = Server(served.chroma, 5.0)
    server.create("mayshare-another1234-gen-000001-abcdefgh", {"mayshare_generation": 1})
    for _ in range(3):
        ingest(served)
    assert numbers(served) == ["000002", "000003"]
    assert "mayshare-another1234-gen-000001-abcdefgh" in server.names("")
    server.delete("mayshare-another1234-gen-000001-abcdefgh")
    server.delete(names(served)[-1])
    server.close()
    assert ingest(served, if_changed=True).built, "a collection that is lost is made again"
    assert numbers(served)[-1] == "000004"


@pytest.mark.usefixtures("quick_server_check")
def test_a_store_follows_when_the_mode_is_changed(settings: Settings, chroma: ChromaServer) -> None:
    served = in_server_mode(settings, chroma.port)
    assert ingest(settings, if_changed=True).built
    index = open_index(served)
    assert index.degraded is not None
    assert "never put on it" in index.degraded
    searched(index)
    index.close()
    assert ingest(served, if_changed=True).built
    assert not ingest(served, if_changed=True).built
    assert ingest(settings, if_changed=True).built
    assert not ingest(settings, if_changed=True).built


@pytest.mark.usefixtures("quick_server_check")
def test_a_kill_while_writing_loses_nothing_and_the_orphan_goes(
    settings: Settings, corpus: Path, chroma: ChromaServer
) -> None:
    served = in_server_mode(settings, chroma.port)
    ingest(served)
    write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", "ZEBRA"))
    # a write that holds two vectors leaves the collection half full
    script = "import mayshare.chroma_server as c; c.WRITE = 2; from cli import main; main()"
    environment = {
        **os.environ,
        "MAYSHARE_FAULT": "mid_publish",
        "MAYSHARE_CHROMA__MODE": "server",
        "MAYSHARE_CHROMA__PORT": str(chroma.port),
    }
    command = [sys.executable, "-c", script, "ingest", "--corpus", str(corpus), "--store", str(served.store)]
    killed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), killed.stderr
    assert numbers(served) == ["000001", "000002"]
    assert generation.live(served.store) == 1
    index = open_index(served)
    searched(index)
    assert index.degraded is None
    index.close()
    assert ingest(served).generation == 3
    assert numbers(served) == ["000001", "000003"]


@pytest.mark.usefixtures("quick_server_check")
def test_a_vector_that_the_server_cannot_find_stops_the_ingest(
    settings: Settings, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = in_server_mode(settings, chroma.port)
    ingest(served)
    add = chroma_server.RemoteCollection.add
    monkeypatch.setattr(
        chroma_server.RemoteCollection, "add", lambda self, ids, vectors: add(self, ids, [vectors[-1], *vectors[:-1]])
    )
    with pytest.raises(VerifyError, match="own vector"):
        ingest(served)
    assert generation.live(served.store) == 1
    assert generation.numbers(served.store) == [1]
    assert numbers(served) == ["000001"]


@pytest.fixture
def published(shipped: Settings, chroma: ChromaServer, tmp_path: Path) -> Settings:
    """The shipped corpus' index, put on the server."""
    number = generation.live(shipped.store)
    folder = generation.directory(tmp_path, number)
    shutil.copytree(generation.directory(shipped.store, number), folder)
    shutil.copy(shipped.store / "CURRENT", tmp_path / "CURRENT")
    served = load_settings(
        store=tmp_path,
        models=shipped.models,
        chroma={"mode": "server", "port": chroma.port, "deadline_s": 5.0, "pause_s": 0.3},
    )
    publish.publish(served, generation.read_manifest(tmp_path, number), lambda *_: None)
    return served


@pytest.mark.usefixtures("quick_server_check")
def test_answers_are_those_of_embedded_mode_through_a_kill_and_a_restart(
    engine: Engine, published: Settings, chroma: ChromaServer
) -> None:
    live = Engine(published)
    assert live.notice is None
    for n, text in enumerate(QUESTIONS):
        if n == 7:
            chroma.kill()
        if n == 14:
            assert live.notice is not None
            assert "exact search" in live.notice.lower()
            chroma.start()
            time.sleep(0.3)
        question = Question(text=text)
        wanted, found = engine.ask(question), live.ask(question)
        assert (found.text, found.verdict, found.claims) == (wanted.text, wanted.verdict, wanted.claims), text
        # the search graph is approximate, and the two stores grow their own: far hits may differ, what is quoted may not
        assert [h.passage.passage_id for h in found.hits[:3]] == [h.passage.passage_id for h in wanted.hits[:3]]
        assert found.timings_ms["retrieve"] < 1000 * (5.0 + SLACK)
    assert live.notice is None
    live.index.close()


@pytest.mark.usefixtures("quick_check")
def test_a_server_that_never_answers_costs_one_deadline_and_then_nothing(settings: Settings) -> None:
    ingest(settings)
    collection.ensure_store_id(settings.store)
    with silent_server() as port:
        started = time.monotonic()
        index = open_index(in_server_mode(settings, port, deadline_s=DEADLINE, failures=2, pause_s=60.0))
        assert time.monotonic() - started < DEADLINE + 2 * SLACK  # the model is loaded too
        assert index.degraded is not None
        assert "in time" in index.degraded
        assert DEADLINE - 0.1 < searched(index) < DEADLINE + SLACK
        assert searched(index) < 0.1, "the breaker is open"
        index.close()


@pytest.mark.usefixtures("quick_server_check")
def test_an_ingest_at_a_server_that_is_away_or_silent_changes_nothing(
    settings: Settings, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "TIMEOUT_S", 0.3)
    served = in_server_mode(settings, chroma.port)
    ingest(served)
    with silent_server() as port, pytest.raises(PublishError, match="still serves"):
        ingest(in_server_mode(settings, port, deadline_s=DEADLINE))
    with pytest.raises(PublishError, match="can't be reached"):
        ingest(in_server_mode(settings, 9))
    assert generation.numbers(served.store) == [1]
    assert not ingest(in_server_mode(settings, 9), if_changed=True).built, "a server that is away asks for no new index"


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.05)


def fitting(index: Index, query: bytes) -> Any:
    """A server that opens as it should and answers queries with `query`."""
    content = {
        "id": "00000000-0000-0000-0000-000000000001",
        "name": collection.name(collection.store_id(index.settings.store), index.manifest),
        "metadata": collection.metadata(index.manifest),
        "configuration_json": {},
        "tenant": "default_tenant",
        "database": "default_database",
        "dimension": 384,
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("/query"):
            say(handler, 200, query)
        elif "/count" in handler.path:
            say(handler, 200, b"3")
        else:
            say(handler, 200, json.dumps(content).encode())

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        lambda handler: say(handler, 200, b"<html>Welcome to the hotel network</html>"),
        lambda handler: say(handler, 200, b"{}"),
        lambda handler: say(handler, 200, b"[]"),
        lambda handler: say(handler, 200, b"null"),
        lambda handler: say(handler, 200, b"\xff\xfe\x00"),
        lambda handler: say(handler, 302, b""),
        lambda handler: say(handler, 401, b'{"error": "AuthError", "message": "no"}'),
        lambda handler: say(handler, 500, b"boom"),
        lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"),
        endless,
    ],
    ids=["html", "object", "list", "null", "bytes", "redirect", "refused", "broken", "ssh", "endless"],
)
def test_a_server_that_talks_nonsense_is_let_be(small: Settings, answer: Any) -> None:
    with stub_server(answer) as port:
        started = time.monotonic()
        index = open_index(in_server_mode(small, port, deadline_s=DEADLINE, failures=1, pause_s=60.0))
        assert time.monotonic() - started < DEADLINE + 2 * SLACK
        assert index.degraded is not None
        assert searched(index) < 0.1
        index.close()


@pytest.mark.parametrize(
    "query",
    [
        b'{"ids": [["nobody:0-1", "b", "c"]], "distances": [[0.1, 0.2, 0.3]]}',
        b'{"ids": [[]], "distances": [[]]}',
        b'{"ids": [], "distances": []}',
        b'{"ids": null, "distances": null}',
        b'{"ids": [["%(0)s", "%(0)s", "%(0)s"]], "distances": [[0.1, 0.1, 0.1]]}',
        b'{"ids": [["%(0)s", "%(1)s", "%(2)s"]], "distances": [[0.0, 0.0, 0.0]]}',
        b'{"ids": [["%(0)s", "%(1)s", "%(2)s"]], "distances": [["x", null, 0.0]]}',
        b'{"ids": [["%(0)s", "%(1)s", "%(2)s"]], "distances": [[0.1]]}',
        b'{"ids": [[1, 2, 3]], "distances": [[0.1, 0.2, 0.3]]}',
    ],
    ids=["unknown", "none", "no-row", "null", "twice", "distances", "types", "lengths", "numbers"],
)
def test_what_a_server_proposes_is_checked(small: Settings, query: bytes) -> None:
    collection.ensure_store_id(small.store)
    plain = open_index(small)
    known = {str(n).encode(): passage.passage_id.encode() for n, passage in enumerate(plain.passages)}
    with stub_server(fitting(plain, query % known if b"%(" in query else query)) as port:
        index = open_index(in_server_mode(small, port, failures=100))
        searched(index)
        assert index.degraded is not None
        index.close()
    plain.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An index of the small corpus in embedded mode, shared: nothing here writes to it."""
    from tests.conftest import write_small_corpus

    folder = tmp_path_factory.mktemp("small")
    settings = load_settings(corpus=write_small_corpus(folder / "corpus"), store=folder / "store")
    ingest(settings)
    return settings


@pytest.mark.usefixtures("quick_server_check")
def test_a_collection_that_does_not_fit_is_not_used(settings: Settings, chroma: ChromaServer) -> None:
    served = in_server_mode(settings, chroma.port)
    report = ingest(served)
    manifest = generation.read_manifest(served.store, report.generation)
    whole = open_index(served)
    assert whole.degraded is None
    ids, vectors = [p.passage_id for p in whole.passages], whole.vectors
    name, right = names(served)[0], collection.metadata(manifest)
    server = Server(served.chroma, 5.0)
    older = {**right, "mayshare_fingerprint": "0" * 64}
    moved = np.roll(vectors, 1, axis=0)
    for held, metadata, words in (
        (None, right, "doesn't hold"),
        ((ids, vectors), older, "another index"),
        ((ids[:2], vectors[:2]), right, "not complete"),
        ((ids, moved), right, "other vectors"),
        ((["x", *ids[1:]], vectors), right, "passages that"),
        ((ids, vectors), right, None),
    ):
        server.delete(name)
        if held:
            server.create(name, metadata).add(held[0], held[1].tolist())
        search = RemoteSearch(served.chroma, served.store, manifest, whole.place, vectors)
        search.search(vectors[0].tolist(), 3)
        assert (search.problem is None) if words is None else (words in str(search.problem)), words
        search.close()
    server.close()
    whole.close()


def test_within_gives_the_result_the_error_or_up() -> None:
    assert within(5, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.05, lambda: time.sleep(1))
    assert time.monotonic() - started < 0.5


def test_the_breaker_opens_tries_once_a_pause_and_closes() -> None:
    now = [0.0]
    breaker = Breaker(2, 10.0, lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows(), "only failures in a row count"
    breaker.failed()
    assert not breaker.allows()
    now[0] = 9.9
    assert not breaker.allows()
    now[0] = 10.0
    assert breaker.allows()
    assert not breaker.allows(), "one caller tries, the others don't wait for it"
    breaker.failed()
    now[0] = 19.9
    assert not breaker.allows()
    now[0] = 20.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def captured(monkeypatch: pytest.MonkeyPatch, build: Any) -> dict[str, Any]:
    """The settings that one of Chroma's own constructors makes, caught at the class that would connect."""
    seen: dict[str, Any] = {}
    monkeypatch.setattr(chromadb, "ClientCreator", lambda **given: seen.update(given))
    build()
    return seen


def differing(ours: Any, theirs: Any) -> dict[str, tuple[Any, Any]]:
    mine, other = ours.model_dump(), theirs.model_dump()
    return {key: (mine[key], other[key]) for key in mine if mine[key] != other[key]}


def test_the_cloud_client_is_built_as_chroma_builds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = captured(monkeypatch, lambda: chromadb.CloudClient(tenant="t", database="d", api_key="k-123"))
    ours = client_settings(Chroma(mode="cloud", tenant="t", database="d", api_key="k-123"))
    changed = differing(ours, seen["settings"])
    assert changed.pop("anonymized_telemetry", (False, True)) == (False, True)
    # whose tenant it is we ask ourselves, where the settings don't say
    assert set(changed) <= {"chroma_overwrite_singleton_tenant_database_access_from_auth"}
    server = Server(Chroma(mode="cloud", tenant="t", database="d", api_key="k-123"), 3.0)
    assert server._api.get_api_url() == "https://api.trychroma.com:443/api/v2"
    assert server._api._session.headers["x-chroma-token"] == "k-123"
    assert server._api._session.timeout.read == 3.0
    assert server._where() == {"tenant": "t", "database": "d"}
    server.close()


def test_the_server_client_is_built_as_chroma_builds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = captured(monkeypatch, lambda: chromadb.HttpClient(host="chroma.example", port=8443, ssl=True))
    ours = client_settings(Chroma(mode="server", host="chroma.example", port=8443, ssl=True))
    assert set(differing(ours, seen["settings"])) <= {"anonymized_telemetry"}


class FakeCloud:
    """Stands where Chroma's API object does, and keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def get_user_identity(self) -> Any:
        from chromadb.auth import UserIdentity

        return UserIdentity(user_id="u", tenant="key-tenant", databases=["key-database"])

    def create_collection(self, name: str, **given: Any) -> Any:
        self.asked.append((name, given))

    def get_max_batch_size(self) -> int:
        return 1000


def test_the_cloud_is_asked_in_its_own_terms() -> None:
    server = Server(Chroma(mode="cloud", api_key="k"), 3.0)
    server.close()
    server._api = fake = FakeCloud()
    server.create("c", {"a": 1})
    name, given = fake.asked[0]
    assert (name, given["tenant"], given["database"]) == ("c", "key-tenant", "key-database")
    assert given["configuration"] == {"spann": {"space": "cosine"}}
    assert server.write_size() == 300


@pytest.mark.parametrize(
    ("chosen", "names_it"),
    [
        ({"mode": "cloud"}, "MAYSHARE_CHROMA__API_KEY"),
        ({"mode": "server", "host": "chroma.example", "api_key": "secret-value"}, "ssl = true"),
        ({"mode": "server", "host": "http://chroma.example/x"}, "chroma.host"),
        ({"mode": "servers"}, "chroma.mode"),
        ({"deadline_s": 0}, "chroma.deadline_s"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(chosen: dict[str, Any], names_it: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(chroma=chosen)
    assert names_it in str(caught.value)
    assert "secret-value" not in str(caught.value)


def test_a_key_in_the_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mayshare.toml").write_text('[chroma]\nmode = "cloud"\napi_key = "secret-value"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="MAYSHARE_CHROMA__API_KEY") as caught:
        load_settings()
    assert "secret-value" not in str(caught.value)
    (tmp_path / "mayshare.toml").write_text('[chroma]\nmode = "cloud"\n', encoding="utf-8")
    monkeypatch.setenv("MAYSHARE_CHROMA__API_KEY", "secret-value")
    settings = load_settings()
    assert settings.chroma.api_key == "secret-value"
    assert "secret-value" not in repr(settings)
