"""Bring a Chromium for the browser tests, where one can be had.

Order: one that is there already; the system's package manager (as root, or by sudo without a
password); Playwright's own download. In continuous integration (CI set) a missing browser is an
error; elsewhere it is said loudly and the browser tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Path of a Chromium: $MAYSHARE_CHROMIUM, one on PATH, or the one that Playwright downloaded."""
    named = os.environ.get("MAYSHARE_CHROMIUM")
    if named:
        return named
    for name in NAMES:
        if found := shutil.which(name):
            return found
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def install() -> None:
    """Try the package manager, then Playwright's download; failures are left to `find` to show."""
    apt = shutil.which("apt-get")
    prefix: list[str] | None = None
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        prefix = ["sudo", "-n"]
    if apt and prefix is not None:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run([*prefix, apt, *arguments], env=environment, stdout=subprocess.DEVNULL)
        if find():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])


def main() -> int:
    """Exit 0 with a browser; 1 without one in CI; 0 with a loud notice elsewhere."""
    if not find():
        print("No Chromium found; installing one for the browser tests …", flush=True)
        install()
    found = find()
    if found:
        print(f"Chromium for the browser tests: {found}")
        return 0
    print(
        "\n*** NO CHROMIUM: the browser tests will be SKIPPED. ***\n"
        "Install one (Debian: apt install chromium) or set MAYSHARE_CHROMIUM to its path.\n",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
