"""Which files of a corpus folder are documents: found without leaving the folder, strange ones named."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mayshare.errors import CorpusError

SKIPPED_NAMES = frozenset({"AUTHORING.md", "README.md"})
SKIPPED_FOLDERS = frozenset({"phrasings"})
# what stands beside documents: sidecars, the glossary, lists of sources, downloads under way
BESIDE = frozenset({".yaml", ".yml", ".toml", ".json", ".part", ".tmp", ".lock"})
OFFICIAL = "official"
SIDECAR = ".yaml"


def survey(corpus: Path) -> tuple[list[Path], list[CorpusError]]:
    """The corpus' documents, sorted by path, and an error for each file that isn't to be opened.

    Left out: AUTHORING.md, README.md, hidden files and folders, `phrasings/`, and what stands beside documents.

    Raises:
        CorpusError: the folder isn't there.
    """
    if not corpus.is_dir():
        raise CorpusError(corpus, "is not a folder.", "Name the folder that holds the documents with --corpus.")
    root = corpus.resolve()
    found: list[Path] = []
    errors: list[CorpusError] = []
    for path in sorted(_walk(corpus)):
        problem = _problem(path, root)
        if problem:
            errors.append(CorpusError(path, *problem))
        elif not path.is_dir():
            found.append(path)
    twins = _case_twins(found)
    errors += [
        CorpusError(path, f"differs from {other} in case only.", "Rename one of the two.") for path, other in twins
    ]
    clashing = {path for path, _ in twins}
    return [path for path in found if path not in clashing], errors


def find_files(corpus: Path) -> list[Path]:
    """The corpus' documents, sorted by path. Raises as `survey`."""
    return survey(corpus)[0]


def sidecar_of(path: Path) -> Path:
    """Where the front matter of a file that can't hold any stands: `x.pdf.yaml` beside `x.pdf`."""
    return path.with_name(path.name + SIDECAR)


def is_official(path: Path, corpus: Path) -> bool:
    """Does the file stand below `official/`?"""
    return path.relative_to(corpus).parts[0] == OFFICIAL


def _walk(corpus: Path) -> Iterator[Path]:
    """Files, and links to folders, which aren't followed."""
    for folder, folders, names in os.walk(corpus, followlinks=False):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS)
        yield from (here / name for name in folders if (here / name).is_symlink())
        for name in names:
            skipped = name in SKIPPED_NAMES or name.startswith(".") or Path(name).suffix.lower() in BESIDE
            if not skipped:
                yield here / name


def _problem(path: Path, root: Path) -> tuple[str, str] | None:
    """What is wrong with the file itself, and the mend; nothing is opened for it."""
    try:
        os.fsencode(path).decode("utf-8")
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except UnicodeDecodeError:
        return "has a name that isn't UTF-8.", "Rename it."
    except (OSError, RuntimeError):  # a loop is a RuntimeError before Python 3.13
        return "is a link that leads nowhere.", "Put the file itself into the corpus."
    if not target.is_relative_to(root):
        return "is a link that leads out of the corpus.", "Put the file itself into the corpus."
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return "is a pipe, a socket or a device, not a file.", "Remove it."
    return None


def _case_twins(paths: list[Path]) -> list[tuple[Path, Path]]:
    """Files whose paths are the same where case doesn't count, each with another of its kind."""
    seen: dict[str, Path] = {}
    twins: list[tuple[Path, Path]] = []
    for path in paths:
        first = seen.setdefault(str(path).casefold(), path)
        if first != path:
            twins += [(first, path), (path, first)]
    return list({path: (path, other) for path, other in twins}.values())
