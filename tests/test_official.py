"""Official text: questions are answered from it where there is nothing else; beside guidance it is looked up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from answer.assemble import Engine, assemble
from answer.render import to_contract
from ingest.pipeline import ingest
from mayshare.config import ROOT, Settings, load_settings
from mayshare.schema import Question
from tests.conftest import KEPT

TEXTS = ROOT / "tests" / "official"
ASKED = [
    (
        "May a school disclose education records to State and local officials of the juvenile justice system under a "
        "State statute?",
        "20 USC 1232g(b)(1)(E)",
    ),
    ("Must a school keep a record of who has requested access to education records?", "20 USC 1232g(b)(4)(A)"),
    (
        "Can we give student records to the person designated in a Federal grand jury subpoena?",
        "20 USC 1232g(b)(1)(J)(i)",
    ),
    (
        "May a covered entity disclose protected health information to prevent a serious and imminent threat to the "
        "health or safety of a person?",
        "45 CFR 164.512(j)(1)(i)",
    ),
    (
        "May a hospital report child abuse to a public health authority or government agency authorized to receive "
        "reports?",
        "45 CFR 164.512(b)(1)(ii)",
    ),
]


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over official text alone: 20 USC 1232g whole, and sections of 45 CFR 164."""
    folder = tmp_path_factory.mktemp("law")
    corpus = folder / "corpus"
    shutil.copytree(TEXTS, corpus)
    shutil.copy(ROOT / "corpus" / "glossary.yaml", corpus)
    # the store is kept between runs for its cache of vectors
    settings = load_settings(corpus=corpus, store=KEPT / "official", models=KEPT / "models")
    ingest(settings, if_changed=True)
    yield assemble(settings)


@pytest.mark.parametrize(("question", "citation"), ASKED, ids=[citation for _, citation in ASKED])
def test_official_text_answers_to_the_paragraph(law: Engine, question: str, citation: str) -> None:
    answer = law.ask(Question(text=question))
    assert answer.abstention is None
    assert citation in [authority for source in answer.sources for authority in source.authorities]
    for source in answer.sources:
        assert law.index.documents[source.source_id].body[source.start : source.end] == source.quote


def test_a_provision_that_is_named_is_quoted(law: Engine) -> None:
    answer = law.ask(Question(text="What does 20 USC 1232g(b)(1)(E) say?"))
    assert answer.sources[0].authorities == ("20 USC 1232g(b)(1)(E)",)
    assert "State and local officials" in answer.sources[0].quote


def test_the_look_up_gives_the_paragraph_or_what_holds_it(law: Engine) -> None:
    found = law.index.official("20 USC 1232g(b)(1)(E)(ii)(I)")
    assert found is not None
    assert found.quote.startswith("(I) the allowed reporting")
    above = law.index.official("20 USC 1232g(b)(1)(H)(i)")
    assert above is not None
    assert above.citation == "20 USC 1232g(b)(1)(H)"
    assert law.index.official("34 CFR 99.31") is None
    assert law.index.official("45 CFR 164") is None
    body = law.index.documents[found.source_id].body
    assert body[found.start : found.end].startswith(found.quote.split(" …")[0])


@pytest.mark.usefixtures("quick_check")
def test_guidance_answers_and_official_text_stands_beside_it(settings: Settings, corpus: Path) -> None:
    def asked() -> dict[str, Any]:
        engine = assemble(settings)
        answer = to_contract(engine.ask(Question(text="May a school give police records in an emergency?")))
        engine.index.close()
        return {key: answer[key] for key in ("verdict", "text", "claims", "sources", "hits")}

    ingest(settings)
    before = asked()
    (corpus / "official").mkdir()
    (corpus / "official" / "34cfr99-2026-05-23.txt").write_text(
        "34 CFR Part 99\n\n§ 99.36 What conditions apply in an emergency?\n\n(a) An agency may disclose it to police.\n\n"
        "(c) In making a determination, an agency may take into account the totality of the circumstances.\n",
        encoding="utf-8",
    )
    report = ingest(settings)
    assert (report.documents, report.passages) == (3, 3)
    after = asked()
    official = after["sources"][0].pop("official")
    assert official[0]["citation"] == "34 CFR 99.36"
    assert official[0]["quote"].startswith("(a) An agency may disclose it to police.")
    for source in after["sources"]:
        source.pop("official", None)
    assert after == before
