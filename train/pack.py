"""Collect what training needs from the live index into one file: `python -m train.pack OUT.json`.

Hard negatives are passages of other documents that the present retriever ranks high for a question.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from answer.assemble import assemble
from ingest.chunk import search_text
from mayshare.config import load_settings
from mayshare.schema import Question
from mayshare.text import reading_text
from train.data import Asked, Section, is_held_out, write_pack

HARD = 16  # negatives kept a question, of the best
DEPTH = 40


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    settings = load_settings()
    engine = assemble(settings)
    passages = engine.index.passages
    sections = [Section(p.source_id, p.heading, search_text(p), reading_text(p.heading, p.text)) for p in passages]
    rows: dict[tuple[str, str], list[int]] = {}
    for row, passage in enumerate(passages):
        rows.setdefault((passage.source_id, passage.heading), []).append(row)
    asked, hard = [], []
    for phrasing in engine.index.phrasings:
        own = tuple(rows[phrasing.source_id, phrasing.heading])
        held = is_held_out(phrasing.source_id, phrasing.text)
        asked.append(Asked(phrasing.text, own, phrasing.sentence, phrasing.verdict, held))
        found = [
            engine.index.place[hit.passage.passage_id] for hit in engine.search(Question(text=phrasing.text), DEPTH)
        ]
        hard.append([row for row in found if passages[row].source_id != phrasing.source_id][:HARD])
    for (source_id, heading), own_rows in rows.items():  # headings are questions too; no verdict is known for them
        found = [engine.index.place[hit.passage.passage_id] for hit in engine.search(Question(text=heading), DEPTH)]
        asked.append(Asked(heading, tuple(own_rows), 1, "", held_out=False))
        hard.append([row for row in found if passages[row].source_id != source_id][:HARD])
    write_pack(options.out, sections, asked, hard)
    print(f"{len(sections)} sections, {len(asked)} questions, {sum(a.held_out for a in asked)} held out: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
