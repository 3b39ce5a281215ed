"""The command line as a user meets it: a process, its output, its exit code."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

import cli
from mayshare.config import ROOT

CONTRACT = {
    "id", "question", "verdict", "abstention", "text", "claims", "sources", "related", "hits", "engine",
    "corpus_version", "timings_ms",
}  # fmt: skip
SOURCE = {"n", "source_id", "title", "heading", "quote", "start", "end", "authorities", "url", "status_as_of", "stale"}


def mayshare(
    *arguments: str, cwd: Path = ROOT, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command in this process, without the seconds of its imports; `fresh` is for what only a new one shows."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["mayshare", *arguments])
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            code = cli.main()
        except SystemExit as ended:
            code = ended.code or 0
    return subprocess.CompletedProcess(list(arguments), int(str(code)), out.getvalue(), err.getvalue())


def fresh(*arguments: str, cwd: Path = ROOT, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a user's shell runs it."""
    command = [sys.executable, str(Path(sys.executable).parent / "mayshare"), *arguments]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, input=stdin
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    from tests.conftest import write_small_corpus

    folder = tmp_path_factory.mktemp("cli")
    corpus = write_small_corpus(folder / "corpus")
    done = fresh("ingest", "--corpus", str(corpus), "--store", str(folder / "store"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["documents"] == 2
    return folder / "store", corpus


def test_help_teaches() -> None:
    done = fresh("--help")
    assert done.returncode == 0
    for verb in ("ask", "search", "ingest", "check", "fetch", "serve"):
        assert verb in done.stdout
        assert mayshare(verb, "--help").returncode == 0


def test_ask_prints_the_contract(store: tuple[Path, Path]) -> None:
    done = fresh("ask", "May a school give the cops records in an emergency?", "--json", "--store", str(store[0]))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == CONTRACT
    assert set(answer["sources"][0]) == SOURCE
    assert set(answer["claims"][0]) == {"text", "role", "citations"}
    assert set(answer["hits"][0]) == {"source_id", "start", "end", "score"}
    assert answer["timings_ms"]["total"] > 0
    numbers = {source["n"] for source in answer["sources"]}
    assert {n for claim in answer["claims"] for n in claim["citations"]} == numbers
    body = (store[1] / "law" / f"{answer['sources'][0]['source_id']}.md").read_text().split("---\n", 2)[2].lstrip("\n")
    source = answer["sources"][0]
    assert body[source["start"] : source["end"]] == source["quote"]


def test_ask_prints_for_a_person(store: tuple[Path, Path]) -> None:
    done = mayshare("ask", "May a school give police records in an emergency?", "--store", str(store[0]))
    assert done.returncode == 0
    assert "[1]" in done.stdout
    assert "Sources" in done.stdout
    assert "not legal advice" in " ".join(done.stdout.split())


def test_ask_answers_for_another_near_question(store: tuple[Path, Path]) -> None:
    asked = ("ask", "May a school give police records in an emergency?", "--store", str(store[0]))
    listed = " ".join(mayshare(*asked).stdout.split())
    assert "Answered for the question: " in listed
    assert "Ask again with --situation" in listed
    second = " ".join(mayshare(*asked, "--situation", "1").stdout.split())
    heading = re.search(r"the one that is: 1\. (.+?) \(", listed)
    assert heading
    assert f"Answered for the question: {heading[1]}" in second
    assert "Ask without --situation" in second
    beyond = mayshare(*asked, "--situation", "90")
    assert beyond.returncode == 2
    assert "to see them" in beyond.stderr


def test_ask_is_told_who_asks(store: tuple[Path, Path]) -> None:
    asked = ("ask", "The officer wants her records now. May I?", "--store", str(store[0]))
    told = mayshare(*asked, "--as", "school principal", "--explain").stdout
    assert "who asks: school" in told
    assert json.loads(mayshare(*asked, "--as", "school principal", "--json").stdout)["asker"] == "school principal"
    assert "asker" not in json.loads(mayshare(*asked, "--json").stdout)


def test_ask_reads_standard_input(store: tuple[Path, Path]) -> None:
    done = mayshare("ask", "-", "--json", "--store", str(store[0]), stdin="May a school give police records?\n")
    assert json.loads(done.stdout)["verdict"] != "abstain"


def test_batch_keeps_order_and_ids(store: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    rows = [
        {"id": "b", "question": "May a school give police records in an emergency?"},
        {"id": 7, "turns": ["May a clinic tell parents about therapy?", "what if the teen consented alone?"]},
        {"id": "a", "question": "How do I bake bread?", "asker": "school nurse"},
        {"question": ""},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    done = mayshare("ask", "--file", str(path), "--json", "--as", "principal", "--store", str(store[0]))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["b", "7", "a", None]
    assert answers[1]["question"] == "what if the teen consented alone?"
    assert answers[2]["abstention"] == "out_of_scope"
    assert [answer["asker"] for answer in answers] == ["principal", "principal", "school nurse", "principal"]


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"turns": []}', '{"question": 3}', '{"question": "May I?", "asker": 3}']
)
def test_a_bad_line_names_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "May I share?"}\n' + line + "\n", encoding="utf-8")
    done = mayshare("ask", "--file", str(path))
    assert done.returncode == 1
    assert f"{path}:2" in done.stderr
    assert not done.stdout


def test_search(store: tuple[Path, Path]) -> None:
    done = mayshare("search", "police emergency", "-k", "2", "--json", "--store", str(store[0]))
    hits = json.loads(done.stdout)
    assert len(hits) == 2
    assert hits[0]["passage"]["source_id"] == "ferpa-emergency"
    shown = mayshare("search", "police emergency", "-k", "1", "--store", str(store[0]))
    assert "FERPA: emergencies" in shown.stdout
    assert mayshare("search", "", "--store", str(store[0])).returncode == 0


def test_law_filter(store: tuple[Path, Path]) -> None:
    done = mayshare("search", "police emergency", "--law", "HIPAA", "--json", "--store", str(store[0]))
    assert {hit["passage"]["source_id"] for hit in json.loads(done.stdout)} == {"hipaa-parents"}


def test_check_of_the_shipped_corpus_is_clean() -> None:
    done = mayshare("check")
    assert done.returncode == 0, done.stdout[-2000:]


def test_check_lists_what_is_past_its_review_date(store: tuple[Path, Path]) -> None:
    done = mayshare("check", str(store[1]), "--stale", "--json", MAYSHARE_REVIEW_DAYS="1")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {row["source_id"] for row in found["stale"]} == {"ferpa-emergency", "hipaa-parents"}
    assert all(row["due"] == "2026-11-02" and row["days"] > 0 for row in found["stale"])


def test_fetch_is_refused_off_the_list_before_anything_is_asked(tmp_path: Path) -> None:
    done = mayshare("fetch", "url", "https://evil.example/x", "--corpus", str(tmp_path))
    assert done.returncode == 1
    assert "evil.example is not on the list" in done.stdout


def test_check_names_what_to_mend(store: tuple[Path, Path], tmp_path: Path) -> None:
    from tests.conftest import write_small_corpus

    corpus = write_small_corpus(tmp_path / "corpus")
    path = corpus / "law" / "hipaa-parents.md"
    path.write_text(path.read_text() + "\n## Another heading here\n\nIt depends.\n", encoding="utf-8")
    done = mayshare("check", str(corpus))
    assert done.returncode == 1
    assert "law/hipaa-parents.md:" in done.stdout
    found = json.loads(mayshare("check", str(corpus), "--json").stdout)
    assert found["documents"] == 2
    assert {finding["rule"] for finding in found["findings"]} >= {"first-sentence", "sentence"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "question"),
        (["ask", "a", "--file", "b"], 2, "one of the two"),
        (["nonsense"], 2, "nonsense"),
        (["search", "x", "-k", "0"], 2, "or equal to 1"),
        (["ask", "x", "--store", "/nonexistent/store"], 1, "mayshare ingest"),
        (["serve", "--store", "/nonexistent/store"], 1, "mayshare ingest"),
        (["ingest", "--corpus", "/nonexistent"], 1, "not a folder"),
        (["check", "/nonexistent"], 1, "not a folder"),
        (["check", "/nonexistent", "--stale"], 1, "not a folder"),
        (["fetch", "cfr", "34/99"], 1, "no kind of source"),
        (["fetch", "ecfr", "99.31"], 1, "mayshare fetch ecfr 34/99"),
        (["fetch", "--corpus", "/nonexistent"], 1, "lists no such source"),
        (["ask", "--file", "/nonexistent.jsonl"], 1, "/nonexistent.jsonl"),
    ],
)
def test_errors_go_to_stderr_with_their_code(arguments: list[str], code: int, says: str) -> None:
    done = mayshare(*arguments)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_file_and_environment(store: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "mayshare.toml").write_text(f'store = "{store[0]}"\n[retrieval]\nk = 1\n', encoding="utf-8")
    done = mayshare("ask", "May a school give police records in an emergency?", "--json", cwd=tmp_path)
    assert len(json.loads(done.stdout)["hits"]) == 1
    (tmp_path / "mayshare.toml").write_text('[retrieval]\nkk = 1\napi = "secret-value"\n', encoding="utf-8")
    done = mayshare("ask", "x", cwd=tmp_path)
    assert done.returncode == 1
    assert "retrieval.kk" in done.stderr
    assert "secret-value" not in done.stderr
    assert mayshare("ask", "x", MAYSHARE_RETRIEVAL__K="many").returncode == 1


def test_ingest_if_changed_says_that_it_is_up_to_date(store: tuple[Path, Path]) -> None:
    done = mayshare("ingest", "--corpus", str(store[1]), "--store", str(store[0]), "--if-changed")
    assert "up to date" in done.stdout


def test_read_shows_how_a_file_is_parsed() -> None:
    from typer.testing import CliRunner

    path = ROOT / "tests" / "official" / "usc20-1232g.md"
    shown = CliRunner().invoke(cli.app, ["read", str(path)])
    assert shown.exit_code == 0
    assert "20 USC 1232g(b)(1)(E)" in shown.output
    draft = json.loads(CliRunner().invoke(cli.app, ["read", str(path), "--json"]).output)
    assert draft["form"] == "uscode"
    assert draft["blocks"][0]["locator"] == "line 6"
