"""Ways of asking: read, checked, indexed, and found by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.phrasings import Headings, load_phrasings
from ingest.pipeline import ingest
from mayshare.config import Settings
from mayshare.errors import CorpusError
from mayshare.index import open_index

HEADING = "May a school give police records in an emergency?"
GOOD = {
    "source_id": "ferpa-emergency",
    "heading": HEADING,
    "sentence": 1,
    "verdict": "yes",
    "text": "kid says he has a bomb, can I call the cops",
}


def write(corpus: Path, *rows: object) -> None:
    folder = corpus / "phrasings"
    folder.mkdir(exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "ferpa.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.usefixtures("quick_check")
def test_a_passage_is_found_by_how_people_ask(settings: Settings, corpus: Path) -> None:
    write(corpus, GOOD)
    ingest(settings)
    index = open_index(settings)
    asked = index.phrasing_scores(index.embed(str(GOOD["text"])))
    assert asked.max() > 0.9  # not 1: a question has an encoder of its own
    scores = index.phrasing_scores(index.embed_text(str(GOOD["text"])))
    assert asked.argmax() == scores.argmax()
    best = index.passages[int(scores.argmax())]
    assert (best.source_id, best.heading) == ("ferpa-emergency", HEADING)
    assert scores.max() == pytest.approx(1, abs=0.02)
    assert (scores > 0).sum() == 1


@pytest.mark.usefixtures("quick_check")
def test_a_new_way_of_asking_is_a_change(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    assert not ingest(settings, if_changed=True).built
    write(corpus, GOOD)
    assert ingest(settings, if_changed=True).built


@pytest.mark.usefixtures("quick_check")
@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{", "not JSON"),
        ({**GOOD, "verdict": "maybe"}, "verdict"),
        ({**GOOD, "source_id": "ferpa-emergancy"}, "Did you mean “ferpa-emergency”"),
        ({**GOOD, "heading": "May a school give police records in emergency"}, f"Did you mean “{HEADING}”"),
        ({**GOOD, "colour": "red"}, "colour"),
    ],
)
def test_a_bad_line_names_file_line_and_mend(settings: Settings, corpus: Path, row: object, says: str) -> None:
    ingest(settings)
    write(corpus, GOOD, "", row)
    with pytest.raises(CorpusError) as caught:
        load_phrasings(corpus, Headings(corpus, open_index(settings).passages))
    assert caught.value.line == 3
    assert "ferpa.jsonl:3" in str(caught.value)
    assert says in str(caught.value)
    with pytest.raises(CorpusError):
        ingest(settings)
    open_index(settings)  # the last good generation still serves
