"""Speed and memory of finding personal data: `python -m bench.privacy`."""

from __future__ import annotations

import json
import resource
import sys
import time

from bench.answers import percentile
from eval.privacy_score import FOLDER, read_rows


def main() -> int:
    """Print one JSON object: seconds to load, milliseconds a question, megabytes added."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    from answer.privacy.redact import load_redactor

    find = load_redactor().find
    loaded = time.perf_counter() - started
    times = []
    for row in read_rows(FOLDER / "test.jsonl"):
        started = time.perf_counter()
        find(row.text)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    figures = {
        "load_s": round(loaded, 2),
        "p50_ms": round(percentile(times, 0.5), 2),
        "p95_ms": round(percentile(times, 0.95), 2),
        "added_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
