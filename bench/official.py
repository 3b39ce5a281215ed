"""Five questions asked of whole laws: `python -m bench.official 45cfr164.md usc20-1232g.md`.

The files become a corpus of their own (any that `mayshare ingest` reads). For each question of
`tests/test_official.py`, whose fixture holds an excerpt, prints as JSON whether the answer cites the paragraph that
settles it, and all that it cites.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from answer.assemble import assemble
from ingest.pipeline import ingest
from mayshare.config import ROOT, load_settings
from mayshare.schema import Question
from tests.test_official import ASKED


def main() -> int:
    """Command line entry; 1 where a paragraph isn't cited."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, nargs="+")
    given = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="mayshare-bench-") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for text in [*given.texts, ROOT / "corpus" / "glossary.yaml"]:
            shutil.copy(text, corpus)
        settings = load_settings(corpus=corpus, store=Path(folder, "store"), models=load_settings().model_folder)
        report = ingest(settings)
        say({"documents": report.documents, "passages": report.passages, "seconds": report.seconds})
        engine = assemble(settings)
        for question, citation in ASKED:
            answer = engine.ask(Question(text=question))
            cited = [authority for source in answer.sources for authority in source.authorities]
            missed += citation not in cited
            say({"question": question, "settled_by": citation, "cited": citation in cited, "all": cited})
        engine.index.close()
    return 1 if missed else 0


def say(found: dict[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
