"""Run every fault and print what came of it: `make faults`. Exit 1 if anything was lost, mended by hand or crashed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.faults.damage import damages
from bench.faults.disk import full_disk, small_disk, unwritable
from bench.faults.kills import kills, races
from bench.faults.world import make_world

# a count above 0 of one of these is a failure
BAD = (
    *("lost", "repairs", "leftovers", "failed", "crashed", "wrong text", "harmless"),
    *("refused without a mend", "app went on with the live one"),
)


def run(counts: dict[str, int], folder: Path) -> dict[str, Counter[str]]:
    """All faults, `counts` of each."""
    done: dict[str, Counter[str]] = {}

    def part(name: str, task: Callable[[], Counter[str]]) -> None:
        started = time.monotonic()
        done[name] = task()
        told = ", ".join(f"{count} {what}" for what, count in done[name].items() if count or what in BAD)
        print(f"{name} ({time.monotonic() - started:.0f} s): {told}", flush=True)

    world = make_world(folder / "plain")
    part("kill -9", lambda: kills(world, counts["kills"]))
    part("two ingests at once", lambda: races(world, counts["races"]))
    part("damaged files", lambda: damages(world, counts["damages"]))
    part("read-only disk", lambda: unwritable(world))
    part("limit on file sizes", lambda: full_disk(world, counts["full"], mounted=False))
    with small_disk(folder / "small") as mounted:
        if mounted:
            small = make_world(folder / "small" / "world")
            part("full disk", lambda: full_disk(small, counts["full"], mounted=True))
    return done


def failures(done: dict[str, Counter[str]]) -> list[str]:
    """What must not have happened and did."""
    return [
        f"{name}: {count} {what}"
        for name, found in done.items()
        for what, count in found.items()
        if count and (what in BAD or what.startswith("crashed"))
    ]


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, count in (("kills", 200), ("races", 100), ("damages", 240), ("full", 20)):
        parser.add_argument(f"--{name}", type=int, default=count)
    counts = vars(parser.parse_args())
    with tempfile.TemporaryDirectory(prefix="mayshare-faults-") as folder:
        bad = failures(run(counts, Path(folder)))
    print("\n".join(bad) if bad else "Nothing lost, nothing mended by hand, nothing crashed.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
