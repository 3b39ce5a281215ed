"""A subset of the fault harness (`make faults` runs the whole): nothing lost, nothing mended by hand, no crash."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from bench.faults.__main__ import failures
from mayshare.config import ROOT


@pytest.mark.long  # a minute; test_ingest.py kills and races in every run
def test_kills_races_damage_and_full_disks_lose_nothing() -> None:
    counts = ["--kills", "4", "--races", "2", "--damages", "8", "--full", "1"]
    # in a process of its own: forking asks for one that has opened nothing
    command = [sys.executable, "-m", "bench.faults", *counts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("kill -9", "two ingests at once", "damaged files", "read-only disk", "limit on file sizes"):
        assert f"{part} (" in done.stdout
    assert "8 cases" in done.stdout


def test_a_fault_that_did_harm_is_a_failure() -> None:
    good = Counter({"killed": 8, "lost": 0, "refused, says what to do": 3})
    assert failures({"kill -9": good}) == []
    for what in ("lost", "repairs", "failed", "wrong text", "crashed: -11"):
        assert failures({"part": Counter({what: 1})}) == [f"part: 1 {what}"]
