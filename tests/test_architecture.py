"""Imports run one way: mayshare < ingest | answer < eval < pages, app, cli, serve."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mayshare.config import ROOT

ALLOWED = {
    "mayshare": {"mayshare"},
    "ingest": {"ingest", "mayshare"},
    "answer": {"answer", "mayshare"},
    "eval": {"eval", "ingest", "answer", "mayshare"},
    "train": {"train", "eval", "ingest", "answer", "mayshare"},
    "pages": {"pages", "eval", "ingest", "answer", "mayshare"},
    "app": {"pages", "answer", "mayshare"},
    "cli": {"eval", "ingest", "answer", "mayshare", "serve"},
    "serve": {"pages", "mayshare"},
}
OURS = set(ALLOWED)
HEAVY = {"chromadb", "llama_index", "streamlit", "onnxruntime"}
# `mayshare --help` reads these
COMMAND_LINE = ["cli.py", "ingest/ingest_commands.py", "ingest/history_commands.py"]
KNOWS_CHROMA = {"mayshare/chroma.py", "mayshare/chroma_server.py"}


def modules() -> list[Path]:
    return [
        path
        for name in ALLOWED
        for path in ([ROOT / f"{name}.py"] if (ROOT / f"{name}.py").exists() else sorted((ROOT / name).rglob("*.py")))
    ]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def breaches(path: Path, package: str) -> set[str]:
    roots = {name.split(".")[0] for name in imported(path)} & OURS
    return roots - ALLOWED[package]


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert not breaches(path, package)


def test_a_breach_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "breach.py"
    path.write_text("from answer.compose import compose\n", encoding="utf-8")
    assert breaches(path, "ingest") == {"answer"}


def test_two_files_know_chroma() -> None:
    knowing = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if any(name.split(".")[0] == "chromadb" or "vector_stores" in name for name in imported(path))
    }
    assert knowing == KNOWS_CHROMA


def test_the_web_is_reached_by_the_fetcher_alone() -> None:
    knowing: dict[str, set[str]] = {"httpx": set(), "httpcore": set(), "ingest.sources.client": set()}
    for path in modules():
        for name in imported(path) & knowing.keys():
            knowing[name].add(path.relative_to(ROOT).as_posix())
    fetcher = {"ingest/sources/client.py", "ingest/sources/guard.py"}
    # the vector server's client gets its deadline there; it goes where the settings say and nowhere else
    assert knowing["httpx"] | knowing["httpcore"] == {*fetcher, "mayshare/chroma_server.py"}
    asking = {path for path in knowing["ingest.sources.client"] if not path.startswith("ingest/sources/")}
    assert asking == {"ingest/links.py"}
    commands = {path.relative_to(ROOT).as_posix() for path in modules() if "ingest.fetch_commands" in imported(path)}
    assert commands == {"cli.py"}


def test_the_application_does_not_read_the_evaluation_set() -> None:
    for path in modules():
        if path.relative_to(ROOT).parts[0] in ("mayshare", "ingest", "answer"):
            assert "eval/" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", COMMAND_LINE)
def test_the_command_line_imports_nothing_heavy(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    top = {
        name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}/{a.name}.py" for a in node.names]
        )
    }
    assert not {re.split(r"[./]", name)[0] for name in top - set(COMMAND_LINE)} & (HEAVY | OURS)
