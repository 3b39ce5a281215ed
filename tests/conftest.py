"""What the tests share: the built model, a small corpus, an index of it, and an index of the shipped corpus.

The model and the shipped index live in `data/test/` between runs; they are rebuilt where the corpus or the
code changed. No test may reach the network: a guard refuses every connection that leaves this machine.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ingest.cache import Embed, EmbeddingCache
from mayshare.config import ROOT, Settings, load_settings

KEPT = ROOT / "data" / "test"

os.environ.setdefault("MAYSHARE_MODELS", str(KEPT / "models"))

# files that take longest, in that order: started last, they would keep one process busy when the others are done
LONGEST = (
    *("test_evaluation_browser", "test_states_browser", "test_browser", "test_redteam", "test_sign_in_browser"),
    *("test_answers", "test_library_browser", "test_maintenance_browser", "test_evaluation", "test_guide_browser"),
)

LAW = """---
id: {id}
title: "{title}"
kind: law
laws: [{law}]
holders: [school]
recipients: [police]
audiences: [principal]
topics: [emergency]
jurisdiction: us
status_as_of: 2026-11-01
reviewed_by: null
authorities: [{authorities}]
sources:
  - {{publisher: "U.S. Government, eCFR", title: "34 CFR 99.36", url: "https://www.ecfr.gov/current/title-34/section-99.36", seen: 2026-11-24}}
unverified: []
---
{body}
"""

EMERGENCY = """## May a school give police records in an emergency?

A school may disclose education records to police without consent when an articulable and significant threat to health or safety exists (34 CFR 99.36).

**Condition:** The school weighs the totality of the circumstances before it discloses (34 CFR 99.36(c)).

**Exception:** A general wish to inform the police is not an emergency and does not permit disclosure (34 CFR 99.36(c)).

**State law:** State law may require a school to report certain threats.

**Next step:** The school must record the threat and each recipient (34 CFR 99.32(a)(5)).

## Must a school log the disclosure of records to police?

A school must record every emergency disclosure, with the threat and the recipients, in the student's file (34 CFR 99.32(a)(5)).
"""
PARENTS = """## May a clinic tell parents about a teenager's therapy?

A clinic may tell a parent about a minor's therapy when the parent is the minor's personal representative under HIPAA (45 CFR 164.502(g)(3)).

- **Exception:** A clinic must not treat the parent as representative where the minor lawfully consented alone (45 CFR 164.502(g)(3)(i)).
- **State law:** State law decides from which age a minor may consent to therapy alone (45 CFR 164.502(g)(3)(ii)).
"""
GLOSSARY = """terms:
  - term: police
    aliases: [cops, SRO]
    definition: Sworn officers.
    laws: [FERPA]
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the order within a file stays."""
    rank = {name: n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


def write_document(corpus: Path, name: str, title: str, law: str, authorities: list[str], body: str) -> Path:
    """Put a valid document into a corpus folder."""
    path = corpus / "law" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f'"{authority}"' for authority in authorities)
    path.write_text(LAW.format(id=name, title=title, law=law, authorities=listed, body=body), encoding="utf-8")
    return path


def cached(cache: EmbeddingCache, texts: Sequence[str], embed: Embed) -> list[list[float]]:
    """The vectors that the cache hands over, in the texts' order."""
    found: dict[int, list[float]] = {}

    def put(rows: Any, vectors: Any) -> None:
        assert not found.keys() & set(rows)
        found.update(zip(rows, vectors.tolist(), strict=True))

    cache.vectors(texts, embed, lambda *_: None, put)
    return [found[row] for row in range(len(texts))]


def write_small_corpus(corpus: Path) -> Path:
    """Two documents and a glossary."""
    write_document(
        corpus, "ferpa-emergency", "FERPA: emergencies", "FERPA", ["34 CFR 99.36", "34 CFR 99.32(a)(5)"], EMERGENCY
    )
    write_document(corpus, "hipaa-parents", "HIPAA: parents", "HIPAA", ["45 CFR 164.502(g)(3)"], PARENTS)
    (corpus / "glossary.yaml").write_text(GLOSSARY, encoding="utf-8")
    return corpus


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to anything but this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a connection to {address[0]} was tried")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them, but for the model's folder."""
    for name in list(os.environ):
        if name.startswith("MAYSHARE_") and name not in ("MAYSHARE_MODELS", "MAYSHARE_CHROMIUM"):
            monkeypatch.delenv(name)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small corpus of its own."""
    return write_small_corpus(tmp_path / "corpus")


@pytest.fixture
def settings(tmp_path: Path, corpus: Path) -> Settings:
    """Settings over the small corpus and an empty store."""
    return load_settings(corpus=corpus, store=tmp_path / "store")


@pytest.fixture
def quick_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write vectors and verify in this process: the same work, without the seconds of fresh ones."""
    verify_here(monkeypatch)


def verify_here(patch: pytest.MonkeyPatch) -> None:
    """The same for a fixture of a wider scope."""
    import shutil

    from ingest.verify import verify
    from ingest.write_vectors import write_vectors

    class InProcess(contextlib.nullcontext[None]):
        def __init__(self, vectors: bool = True) -> None:
            super().__init__()
            self.write_vectors = write_vectors if vectors else lambda folder: None

        def __enter__(self) -> Any:
            return self

        def wait_for_vectors(self) -> None:
            pass

        def stop_writing(self) -> None:
            pass

        def verify(self, folder: Path) -> None:
            try:
                verify(folder)
            except Exception:
                shutil.rmtree(folder)
                raise

    patch.setattr("ingest.pipeline.Helpers", InProcess)


@pytest.fixture(scope="session")
def shipped() -> Iterator[Settings]:
    """Settings over an index of the shipped corpus, up to date."""
    from ingest.pipeline import ingest

    settings = load_settings(store=KEPT / "store", models=KEPT / "models")
    with FileLock(KEPT / "lock"):  # the processes that share the tests build it once
        ingest(settings, if_changed=True)
    yield settings


def ingested(folder: Path) -> Settings:
    """A store of the two documents in `folder`, with the models that the tests keep, for a server of its own."""
    from ingest.pipeline import ingest

    settings = load_settings(
        corpus=write_small_corpus(folder / "corpus"), store=folder / "store", models=KEPT / "models"
    )
    with pytest.MonkeyPatch.context() as patch:
        verify_here(patch)
        ingest(settings)
    return settings


@contextlib.contextmanager
def served(settings: Settings, folder: Path) -> Iterator[str]:
    """The chat over a store, for real browsers; gives its address. Its log must hold no traceback at the end."""
    from bench.serving import free_port, serving

    log = folder / "log"
    with serving(settings, log, free_port(), {}) as url:
        yield url
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def address(shipped: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the chat over the shipped corpus, one for all browser tests that change nothing in its store."""
    folder = tmp_path_factory.mktemp("serve")
    with served(shipped, folder) as url:
        yield url
    assert "probation officer" not in (folder / "log").read_text(), "the log holds a question"


@pytest.fixture(scope="session")
def engine(shipped: Settings) -> Iterator[Any]:
    """The engine over the shipped corpus."""
    from answer.assemble import assemble

    yield assemble(shipped)


@pytest.fixture
def app(engine: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The whole app over the shipped corpus, headless (Streamlit's AppTest), its first page drawn."""
    from streamlit.testing.v1 import AppTest

    import pages.engine

    monkeypatch.setattr(pages.engine, "_engine", engine)
    # AppTest runs the script in this process; sys.path is left as it was
    monkeypatch.syspath_prepend(str(ROOT))
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
