"""Kill -9 at named and at random points, and two ingests at once."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import time
from collections import Counter

from bench.faults.world import CLEAN, LOCKED, World, fork, start, wait
from mayshare import faults
from mayshare.config import ROOT

REAL_EVERY = 10


def kills(world: World, count: int, seed: int = 0) -> Counter[str]:
    """Kill `count` ingests; after each the index must be the one before or the new one, whole, and the next ingest
    must succeed by itself. Counts: killed, lost, repairs, leftovers, before, after."""
    draw = random.Random(seed)
    seconds = _seconds(world)
    found: Counter[str] = Counter()
    before = "timing"
    for n in itertools.count():
        if found["killed"] == count:
            break
        marker = f"kill{n}"
        world.write(marker)
        code = _kill(world, n, draw, seconds)
        found["killed" if code == -9 else "ended before the kill"] += 1
        seen = fork(world.look)
        whole = seen.code == CLEAN and seen.said["marker"] in (before, marker)
        found["lost"] += not whole
        if whole:
            found["old one live" if seen.said["marker"] == before else "new one live"] += 1
        again = fork(world.ingest)
        after = fork(world.look)
        mended = again.code == CLEAN and after.code == CLEAN and after.said["marker"] == marker
        found["repairs"] += not mended
        found["leftovers"] += bool(world.leftovers())
        before = marker
    return found


def _seconds(world: World) -> float:
    world.write("timing")
    started = time.monotonic()
    fork(world.ingest)
    return time.monotonic() - started


def _kill(world: World, n: int, draw: random.Random, seconds: float) -> int:
    """Kill one ingest at a named point (even numbers) or after a random time; some through the real command."""
    point = draw.choice(faults.POINTS)
    if n % REAL_EVERY == REAL_EVERY - 1:
        settings = world.settings
        command = [sys.executable, "-m", "bench.faults.real", str(settings.corpus), str(settings.store)]
        environment = {**os.environ, "MAYSHARE_FAULT": point}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120).returncode
    if n % 2:
        return fork(world.ingest, {"MAYSHARE_FAULT": point}).code
    return fork(world.ingest, kill_after=draw.uniform(0, seconds)).code


def races(world: World, count: int, writers: int = 2) -> Counter[str]:
    """`count` times several ingests at once. Counts: one alone, one after the other, refused, lost, failed."""
    found: Counter[str] = Counter()
    for n in range(count):
        marker = f"race{n}"
        world.write(marker)
        started = [start(world.ingest) for _ in range(writers)]
        codes = [wait(*child).code for child in started]
        found["finished"] += codes.count(CLEAN)
        found["refused"] += codes.count(LOCKED)
        found["failed"] += sum(code not in (CLEAN, LOCKED) for code in codes) + (CLEAN not in codes)
        seen = fork(world.look)  # every vector its own nearest neighbour, every file by its hash
        found["lost"] += not (seen.code == CLEAN and seen.said["marker"] == marker)
    return found
