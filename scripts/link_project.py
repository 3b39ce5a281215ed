"""Put the project into its own environment: a path file and the `mayshare` command.

An editable install by the build backend does the same but needs the backend and its build
environment; a path file needs nothing, so that `make run` stays at the locked packages alone.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """#!{python}
import sys

from cli import main

sys.exit(main())
"""


def main() -> None:
    """Write `mayshare.pth` into site-packages and `bin/mayshare` beside the interpreter."""
    Path(sysconfig.get_paths()["purelib"], "mayshare.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    # sys.executable keeps the environment's path; resolving it would lead out of the environment.
    command = Path(sys.executable).parent / "mayshare"
    command.write_text(COMMAND.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
