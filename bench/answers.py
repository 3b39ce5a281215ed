"""Speed and memory of the shipped product: `make bench` (or `python -m bench.answers`).

Prints time to open the index, latency of `ask` in process over the whole question file, peak memory while
serving, and ingest passages per second from nothing (no vector cached). Machines are noisy: compare runs made
side by side, and read the percentiles, not one figure.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from answer.assemble import assemble
from mayshare.config import ROOT, load_settings
from mayshare.schema import Question


def main() -> int:
    """Print one JSON object with every figure."""
    figures = {"answers": serving(), "ingest": ingesting(), "help_s": help_time()}
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


def questions() -> list[Question]:
    """Every question of the evaluation set, with its history."""
    found = []
    for path in sorted((ROOT / "eval" / "questions").glob("*.yaml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]:
            found.append(Question(text=item["question"], history=tuple(item.get("turns") or ())))
    return found


def serving() -> dict[str, float]:
    """Open the live index and ask every question once, after one that warms up."""
    started = time.perf_counter()
    engine = assemble(load_settings())
    opened = time.perf_counter() - started
    asked = questions()
    engine.ask(asked[0])
    times = sorted(engine.ask(question).timings_ms["total"] for question in asked)
    return {
        "questions": len(asked),
        "passages": len(engine.index.passages),
        "open_s": round(opened, 2),
        "p50_ms": percentile(times, 0.50),
        "p95_ms": percentile(times, 0.95),
        "max_ms": times[-1],
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def ingesting() -> dict[str, float]:
    """Ingest the shipped corpus into an empty store, in a process of its own; then again with nothing changed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).parent / "mayshare"), "ingest", "--store", folder, "--json"]
        first = timed(command)
        again = timed([*command, "--if-changed"])
    report = first["report"]
    seconds = report["seconds"]
    return {
        "passages": report["passages"],
        "texts_embedded": report["embedded"],
        "seconds": seconds,
        "passages_per_s": round(report["passages"] / seconds, 1),
        "unchanged_s": again["report"]["seconds"],
        "unchanged_process_s": again["wall_s"],
    }


def timed(command: list[str]) -> dict[str, Any]:
    """Run a command that prints a JSON report."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {"wall_s": round(time.perf_counter() - started, 2), "report": json.loads(done.stdout)}


def help_time() -> float:
    """Median of five runs of `mayshare --help`, in seconds."""
    command = [str(Path(sys.executable).parent / "mayshare"), "--help"]
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return round(sorted(times)[2], 3)


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile of sorted values."""
    return values[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    sys.exit(main())
