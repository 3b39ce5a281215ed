"""Seconds of an ingest of the shipped corpus with nothing or one document changed: `python -m bench.reingest`.

In a copy of corpus and store, in one process that has ingested before, holds the model and has started its helping
processes, as `mayshare ingest --watch` has: start-up isn't counted. The store of `--store` (default: the project's)
must hold the corpus' index, else it is built first. Prints one JSON object a kind: all runs, and their median.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from ingest.pipeline import ingest
from ingest.watch import get_ready
from mayshare.config import ROOT, Settings, load_settings

CHANGED = "law/ferpa"
SECTION = "## May a school share note {number} with the team?\n\nA note of the bench ({number}).\n\n## "
STARTED_S = 5.0  # by then the helping processes wait for their directory


def run(settings: Settings, runs: int) -> None:
    """Print the figures."""
    document = sorted((settings.corpus / CHANGED).glob("*.md"))[0]
    say("nothing changed", [ingest(settings, if_changed=True).seconds for _ in range(runs)])
    took: list[float] = []
    for number in range(runs + 1):  # the first one imports what the others find there
        text = document.read_text(encoding="utf-8")
        document.write_text(text.replace("## ", SECTION.format(number=number), 1), encoding="utf-8")
        get_ready(settings)
        time.sleep(STARTED_S)
        took.append(ingest(settings).seconds)
    say("one document changed", took[1:], first=took[0])


def say(what: str, seconds: list[float], **more: float) -> None:
    """One line of JSON."""
    found = {"run": what, "median_s": statistics.median(seconds), "all_s": seconds, **more}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--store", type=Path, default=None)
    given = parser.parse_args()
    own = load_settings(store=given.store)
    ingest(own, if_changed=True)
    with tempfile.TemporaryDirectory(prefix="mayshare-bench-") as folder:
        shutil.copytree(ROOT / "corpus", Path(folder, "corpus"))
        shutil.copytree(own.store, Path(folder, "store"))
        run(
            load_settings(corpus=Path(folder, "corpus"), store=Path(folder, "store"), models=own.model_folder),
            given.runs,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
