"""No bad file stops, hangs or fills anything: each is a document or an entry with its reason; good files go in."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from ingest import quarantine
from ingest.load import load_corpus
from ingest.readers.sandbox import Limits
from mayshare.config import ROOT
from tests.conftest import write_small_corpus
from tests.zoo import GOOD, MARKER, write_zoo

MEMORY = 1_000_000_000
PEAK = """
import resource, sys
from pathlib import Path
from ingest.load import load_corpus
from ingest.readers.sandbox import Limits

if __name__ == "__main__":
    load_corpus(Path(sys.argv[1]), limits=Limits(memory=int(sys.argv[2]), cpu_s=2, wall_s=6))
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def test_every_bad_file_ends_as_a_document_or_in_quarantine(tmp_path: Path) -> None:
    corpus = write_small_corpus(tmp_path / "corpus")
    bad = write_zoo(corpus / "zoo", tmp_path / "outside")
    assert len(bad) >= 240
    for suffix, build in GOOD.items():
        path = corpus / f"good-{suffix.split('.')[0]}.{suffix.split('.')[-1]}"
        path.write_bytes(build(f"{MARKER} ({suffix})"))
        if path.suffix != ".xml":
            path.with_name(f"{path.name}.yaml").write_text("kind: practice\nlaws: [General]\n", encoding="utf-8")
    started = time.monotonic()
    documents, errors = load_corpus(corpus, limits=Limits(memory=MEMORY, cpu_s=2, wall_s=6))
    assert time.monotonic() - started < 120
    taken = {corpus / document.path for document in documents}
    refused = {error.path for error in errors}
    assert not taken & refused
    assert [path for path in bad if path not in taken and path not in refused] == []
    assert all(len(error.problem) > 8 for error in errors)
    good = {document.path for document in documents if document.path.startswith("good-")}
    assert len(good) == len(GOOD)
    assert {"ferpa-emergency", "hipaa-parents"} <= {document.source_id for document in documents}
    assert all(document.body.strip() for document in documents)
    assert not any("CANARY" in document.body for document in documents)
    entries = [json.loads(path.read_text()) for path in quarantine.record(tmp_path / "store", errors)]
    assert len(entries) == len(errors)
    assert all(entry["reason"] and entry["when"] and entry["file"] for entry in entries)


def test_no_reader_outgrows_its_limit(tmp_path: Path) -> None:
    corpus = write_small_corpus(tmp_path / "corpus")
    write_zoo(corpus / "zoo", tmp_path / "outside")
    script = tmp_path / "peak.py"
    script.write_text(PEAK, encoding="utf-8")
    # A child counts what its parent held when it was forked, so the parent is a process that holds little.
    command = [sys.executable, str(script), str(corpus), str(MEMORY)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert int(ran.stdout) < MEMORY
