"""A full disk and a disk that can't be written: one clear message, the index as before, and it works again after."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.faults.world import CLEAN, LOCKED, Ended, World, fork


@contextmanager
def small_disk(folder: Path, megabytes: int = 24) -> Iterator[bool]:
    """A disk of its own at `folder` (tmpfs), where this process may mount one; says whether it is."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = bool(shutil.which("mount")) and subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def full_disk(world: World, steps: int, mounted: bool) -> Counter[str]:
    """Let an ingest run out of space at `steps` different places, on a real small disk or by a limit on file sizes."""
    found: Counter[str] = Counter()
    before = "timing"
    world.write(before)
    fork(world.ingest)
    for n in range(steps):
        world.write(f"full{n}")
        ended = _on_full_disk(world, n, steps) if mounted else _with_limit(world, n, steps)
        name = {CLEAN: "finished", LOCKED: "refused with a message"}.get(ended.code, f"crashed: {ended}")
        found[name] += 1
        seen = fork(world.look)
        expected = f"full{n}" if ended.code == CLEAN else before
        found["lost"] += not (seen.code == CLEAN and seen.said["marker"] == expected)
        again = fork(world.ingest)
        found["repairs"] += again.code != CLEAN
        before = f"full{n}"
    return found


def _on_full_disk(world: World, n: int, steps: int) -> Ended:
    store = world.settings.store
    free = shutil.disk_usage(store).free
    keep = (n * 1_200_000) // steps  # bytes left free: from none to about what a generation needs
    filler = store / "filler"
    try:
        with filler.open("wb") as file:
            file.write(b"\0" * max(0, free - keep))
        return fork(world.ingest)
    finally:
        filler.unlink(missing_ok=True)


def _with_limit(world: World, n: int, steps: int) -> Ended:
    limit = 200 + n * (1_200_000 // steps)

    def task() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        world.ingest()

    return fork(task)


@contextmanager
def read_only(store: Path) -> Iterator[bool]:
    """The store made unwritable: mounted read-only where that is permitted, else by its mode; says whether it is."""
    bound = subprocess.run(["mount", "--bind", str(store), str(store)], capture_output=True).returncode == 0
    bound = (
        bound and subprocess.run(["mount", "-o", "remount,ro,bind", str(store)], capture_output=True).returncode == 0
    )
    if not bound:
        store.chmod(0o555)
    try:
        yield not os.access(store, os.W_OK)
    finally:
        if bound:
            subprocess.run(["umount", "-l", str(store)], check=False, capture_output=True)
        else:
            store.chmod(0o755)


def unwritable(world: World) -> Counter[str]:
    """Open, and try to ingest into, a store that can't be written."""
    found: Counter[str] = Counter()
    with read_only(world.settings.store) as effective:
        if not effective:
            return Counter({"skipped: neither mount nor mode has an effect here": 1})
        found["served" if fork(world.look).code == CLEAN else "lost"] += 1
        ended = fork(world.ingest)
        found["refused with a message" if ended.code == LOCKED else f"crashed: {ended}"] += 1
    found["repairs"] += fork(world.ingest).code != CLEAN
    return found
