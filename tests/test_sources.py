"""`mayshare fetch` and `fetch --check` against a played eCFR, U.S. Code and agency; and `corpus/sources.toml`."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ingest.fetch_commands import run_check, run_fetch
from ingest.sources.changes import Checked, check_sources
from ingest.sources.client import Client
from ingest.sources.fetch import Got, fetch
from ingest.sources.held import held
from ingest.sources.listing import Target, choose, read_list
from ingest.sources.sections import Change, by_section, differ
from mayshare import cites
from mayshare.config import ROOT, Fetch, Settings, load_settings
from mayshare.errors import SourceListError
from tests.law_server import FERPA, Law, Reply, always, once, part_xml, serve, title_zip, version

PART = Target("ecfr", "34/99", "FERPA regulations")
SECTION = Target("usc", "20/1232g", "FERPA")
OTHER = Target("usc", "20/1232h", "Protection of pupil rights")


class Desk:
    """A maintainer's desk: a corpus, its settings, and the sites as they stand."""

    def __init__(self, law: Law, base: str, settings: Settings) -> None:
        self.law, self.base = law, base
        reach = Fetch(hosts=("127.0.0.1",), ecfr=base, uscode=base, allow_loopback=True, delay_s=0, timeout_s=2)
        self.settings = settings.model_copy(update={"fetch": reach})
        self.corpus = settings.corpus
        self.page = Target("url", f"{base}/faq/what-ferpa", "FAQ", "An agency", ("20 USC 1232g",))

    def client(self) -> Client:
        return Client(self.settings.fetch, sleep=lambda _: None)

    def fetch(self, *targets: Target) -> list[Got]:
        return fetch(self.settings, targets, client=self.client(), now=dt.datetime(2026, 11, 24, tzinfo=dt.UTC))

    def check(self, *targets: Target) -> list[Checked]:
        return check_sources(self.settings, targets, client=self.client())

    def file(self, name: str) -> Path:
        return self.corpus / "official" / name


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    law = Law()
    with serve(law) as base:
        yield Desk(law, base, settings)


def test_a_part_is_kept_as_it_came_with_its_sidecar(desk: Desk) -> None:
    (got,) = desk.fetch(PART)
    assert (got.state, got.version) == ("new", "2026-11-20")
    assert desk.file("ecfr/cfr34-99.xml").read_bytes() == part_xml()
    sidecar = yaml.safe_load(desk.file("ecfr/cfr34-99.xml.yaml").read_text())
    address = f"{desk.base}/api/versioner/v1/full/2026-11-20/title-34.xml?part=99"
    assert sidecar["title"] == "FERPA regulations"
    assert sidecar["authorities"] == ["34 CFR 99"]
    assert sidecar["status_as_of"] == "2026-11-20"
    assert sidecar["sources"][0]["url"] == address
    assert sidecar["fetched"]["sha256"] == hashlib.sha256(part_xml()).hexdigest()
    assert sidecar["fetched"]["etag"]


def test_sections_are_cut_out_of_one_zip_a_title(desk: Desk) -> None:
    got = desk.fetch(SECTION, OTHER)
    assert [one.state for one in got] == ["new", "new"]
    assert len([path for path in desk.law.paths() if path.endswith(".zip")]) == 1
    body = desk.file("usc/usc20-1232g.xml").read_bytes()
    assert set(by_section(SECTION, body)) == {"20 USC 1232g"}
    assert b"Records of students." in body
    assert b"Surveys." not in body
    assert b"<section " in body  # the namespace stays the default one
    assert yaml.safe_load(desk.file("usc/usc20-1232g.xml.yaml").read_text())["fetched"]["version"] == "119-102"


def test_a_page_is_kept_with_its_authorities(desk: Desk) -> None:
    (got,) = desk.fetch(desk.page)
    assert got.path.endswith(".html")
    assert yaml.safe_load(Path(f"{got.path}.yaml").read_text())["authorities"] == ["20 USC 1232g"]


def test_what_is_held_and_current_is_not_fetched_again(desk: Desk) -> None:
    desk.fetch(PART, SECTION, desk.page)
    desk.law.requests.clear()
    got = {one.key: one.state for one in desk.fetch(PART, SECTION, desk.page)}
    assert got == {PART.key: "held", SECTION.key: "held", desk.page.key: "same"}
    assert not [path for path in desk.law.paths() if "/full/" in path or path.endswith(".zip")]
    (page,) = [request for request in desk.law.requests if request.path == "/faq/what-ferpa"]
    assert page.headers["if-none-match"]  # a conditional request, answered with 304


def test_a_run_that_was_stopped_goes_on_where_it_stopped(desk: Desk) -> None:
    class Stopped(BaseException):
        pass

    def stop(number: int, *_: object) -> None:
        if number == 1:
            raise Stopped

    with pytest.raises(Stopped):
        fetch(desk.settings, [PART, SECTION], stop, desk.client())
    desk.law.requests.clear()
    assert [one.state for one in desk.fetch(PART, SECTION)] == ["held", "new"]
    assert not [path for path in desk.law.paths() if "/full/" in path]


def test_a_file_without_a_sidecar_that_fits_counts_as_not_held(desk: Desk) -> None:
    desk.fetch(PART)
    path = desk.file("ecfr/cfr34-99.xml")
    path.write_bytes(path.read_bytes()[:100])  # a kill between file and sidecar, or a hand that slipped
    assert held(desk.corpus, PART) is None
    assert [one.state for one in desk.fetch(PART)] == ["new"]
    assert path.read_bytes() == part_xml()


def test_a_changed_section_is_named_with_who_cites_it(desk: Desk) -> None:
    desk.fetch(PART)
    desk.law.day = "2026-12-01"
    desk.law.parts["34", "99"] = part_xml({**FERPA, "99.36": "(a) A new rule.", "99.99": "New."})
    (got,) = desk.fetch(PART)
    assert got.state == "changed"
    assert [change for change, _ in got.changes] == [Change("34 CFR 99.36", "amended"), Change("34 CFR 99.99", "added")]
    (citing,) = got.changes[0][1]
    assert (citing.source_id, citing.behind) == ("ferpa-emergency", True)
    assert got.changes[1][1] == ()


def test_a_changed_note_is_no_change_of_the_law(desk: Desk) -> None:
    desk.fetch(PART, SECTION)
    desk.law.day, desk.law.point = "2026-12-01", "119-110"
    desk.law.parts["34", "99"] = part_xml(note="[91 FR 1, Jan. 2, 2026]")
    desk.law.titles["20"] = title_zip({"1232g": "Records of students."}, note="Another note.")
    assert [one.state for one in desk.fetch(PART, SECTION)] == ["same", "same"]
    assert held(desk.corpus, PART).sidecar.fetched.version == "2026-12-01"  # type: ignore[union-attr]


BAD_PARTS = {
    "html with 200": Reply(b"<html><title>Just a moment</title></html>", kind="text/html"),
    "html named xml": Reply(b"<html><body>We'll be back</body></html>"),
    "json error": Reply(b'{"error": "No matching content found."}', kind="application/json"),
    "cut-off xml": Reply(part_xml()[:300]),
    "another part": Reply(part_xml({"98.1": "…"}, part="98")),
    "no sections": Reply(part_xml({})),
    "entities": Reply(b'<!DOCTYPE x [<!ENTITY a "aa">]><DIV5 N="99">&a;</DIV5>'),
    "empty": Reply(b""),
    "server error": Reply(status=500),
    "cut off": Reply(part_xml(), cut=True),
    "bad gzip": Reply(part_xml(), headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("reply", BAD_PARTS.values(), ids=BAD_PARTS.keys())
def test_a_bad_answer_leaves_what_is_held_and_the_rest_goes_on(desk: Desk, reply: Reply) -> None:
    desk.fetch(PART)
    desk.law.day = "2026-12-01"
    desk.law.fault = always(reply, "/full/")
    got = desk.fetch(PART, SECTION)
    assert [one.state for one in got] == ["failed", "new"]
    assert "/full/2026-12-01/title-34.xml" in got[0].problem
    assert desk.file("ecfr/cfr34-99.xml").read_bytes() == part_xml()
    assert held(desk.corpus, PART).sidecar.fetched.version == "2026-11-20"  # type: ignore[union-attr]
    assert not list(desk.file("ecfr").glob(".*"))


@pytest.mark.parametrize(
    ("path", "reply"),
    [
        ("titles.json", Reply(b"{}", kind="application/json")),
        ("titles.json", Reply(b"<html>", kind="text/html")),
        ("titles.json", Reply(b'{"titles": [{"number": 34, "up_to_date_as_of": "soon"}]}', kind="application/json")),
        ("titles.json", Reply(b'{"titles": []}', kind="application/json")),
        ("download.shtml", Reply(b"<html>Down for maintenance</html>", kind="text/html")),
        (".zip", Reply(b"<html>Error</html>", kind="text/html")),
        (".zip", Reply(title_zip({"9999": "Elsewhere."}), kind="application/zip")),
        (".zip", Reply(title_zip({"1232g": "x"})[:-40], kind="application/zip")),
        (".zip", Reply(title_zip({"1232g": "x"}, title="42"), kind="application/zip")),
    ],
)
def test_an_api_that_has_changed_is_said(desk: Desk, path: str, reply: Reply) -> None:
    desk.law.fault = always(reply, path)
    got = {one.key: one for one in desk.fetch(PART, SECTION)}
    failed = got["ecfr 34/99" if path == "titles.json" else "usc 20/1232g"]
    assert failed.state == "failed"
    assert path in failed.problem
    assert sum(one.state == "failed" for one in got.values()) == 1


@pytest.mark.parametrize("path", ["titles.json", "download.shtml", ".zip"])
def test_what_fails_for_all_is_asked_once(desk: Desk, path: str) -> None:
    desk.law.fault = always(Reply(b"<html>Down</html>", kind="text/html"), path)
    targets = (PART, PART._replace(what="34/300")) if path == "titles.json" else (SECTION, OTHER)
    assert [one.state for one in desk.fetch(*targets)] == ["failed", "failed"]
    assert len([asked for asked in desk.law.paths() if asked.endswith(path)]) == 1


def test_a_title_is_fetched_once_though_a_section_is_missing_and_the_order_mixed(desk: Desk) -> None:
    desk.law.titles["42"] = title_zip({"290dd-2": "Records of patients."}, title="42")
    missing, patients = Target("usc", "20/9999", "Gone"), Target("usc", "42/290dd-2", "Part 2")
    got = {one.key: one.state for one in desk.fetch(SECTION, patients, missing, OTHER)}
    assert got == {"usc 20/1232g": "new", "usc 42/290dd-2": "new", "usc 20/9999": "failed", "usc 20/1232h": "new"}
    assert len([path for path in desk.law.paths() if path.endswith(".zip")]) == 2


def test_pages_that_are_none(desk: Desk) -> None:
    for body, kind in ((b"<title>Page not found</title>", "text/html"), (b"", "text/html"), (b"PK", "application/zip")):
        desk.law.fault = always(Reply(body, kind=kind))
        assert desk.fetch(desk.page)[0].state == "failed"
    assert not list(desk.corpus.glob("official/**/*.html"))


def test_a_folder_that_cannot_be_written_is_said(desk: Desk) -> None:
    (desk.corpus / "official").write_text("in the way")
    (got,) = desk.fetch(PART)
    assert got.state == "failed"
    assert "can't be written" in got.problem


def test_check_names_sections_amended_since_and_writes_nothing(desk: Desk) -> None:
    desk.fetch(PART)
    before = sorted((path, path.stat().st_mtime_ns) for path in desk.corpus.rglob("*"))
    desk.law.day = "2026-12-05"
    desk.law.versions += [
        version("99.36", "2026-12-01"),
        version("99.31", "2026-12-02", substantive=False),
        version("99.32", "2026-12-03", removed=True),
        version("99.33", "2026-11-01", issue_date="2026-12-04"),  # a correction, issued late
        version("164.1", "2026-12-02", part="164"),
        version("D", "2026-12-02", type="appendix"),
    ]
    desk.law.requests.clear()
    (checked,) = desk.check(PART)
    assert (checked.state, checked.since, checked.current) == ("changed", "2026-11-20", "2026-12-05")
    assert [(section.citation, section.how) for section in checked.sections] == [
        ("34 CFR 99.32", "removed"),
        ("34 CFR 99.33", "amended or added"),
        ("34 CFR 99.36", "amended or added"),
    ]
    assert [citing.source_id for citing in checked.sections[2].documents] == ["ferpa-emergency"]
    assert checked.sections[2].documents[0].behind
    assert not [path for path in desk.law.paths() if "/full/" in path]
    assert sorted((path, path.stat().st_mtime_ns) for path in desk.corpus.rglob("*")) == before


def test_check_without_anything_held_starts_from_the_documents(desk: Desk) -> None:
    desk.law.versions.append(version("99.36", "2026-11-10"))  # the documents state the law as of 2026-11-01
    (part, section, page) = desk.check(PART, SECTION, desk.page)
    assert (part.since, [section.citation for section in part.sections]) == ("2026-11-01", ["34 CFR 99.36"])
    assert (section.state, page.state) == ("not held", "not held")


def test_check_of_the_code_and_of_pages(desk: Desk) -> None:
    desk.fetch(SECTION, desk.page)
    assert [one.state for one in desk.check(SECTION, desk.page)] == ["same", "same"]
    desk.law.point = "119-110"
    desk.law.pages["/faq/what-ferpa"] = desk.law.pages["/faq/what-ferpa"].replace(b"Menu 7", b"Menu 8")
    assert [one.state for one in desk.check(SECTION, desk.page)] == ["maybe", "same"]
    desk.law.pages["/faq/what-ferpa"] = b"<title>What is FERPA?</title><p>Another law.</p>"
    assert desk.check(desk.page)[0].state == "changed"
    desk.law.fault = always(Reply(b"<title>Error 503</title>", kind="text/html"))
    assert desk.check(desk.page)[0].state == "failed"


def test_documents_stated_since_the_change_are_not_behind(desk: Desk) -> None:
    path = desk.corpus / "law" / "ferpa-emergency.md"
    path.write_text(path.read_text().replace("status_as_of: 2026-11-01", "status_as_of: 2026-12-24"))
    desk.fetch(PART)
    desk.law.versions.append(version("99.36", "2026-12-01"))
    (checked,) = desk.check(PART)
    assert [citing.behind for citing in checked.sections[0].documents] == [False]


def test_the_command_prints_and_its_exit_codes(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (desk.corpus / "sources.toml").write_text('[[ecfr]]\ntitle = 34\npart = "99"\nname = "FERPA regulations"\n')
    assert run_fetch(desk.settings, None, (), as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["sources"][0]["state"] == "new"
    desk.law.versions.append(version("99.36", "2026-12-01"))
    assert run_check(desk.settings, None, (), as_json=False) == 0
    shown = capsys.readouterr().out
    assert "34 CFR 99.36: amended or added on 2026-12-01 (held: 2026-11-20)" in shown
    assert "law/ferpa-emergency.md: states the law as of 2026-11-01" in shown
    assert run_check(desk.settings, "ecfr", ["34/99"], as_json=True) == 0
    (row,) = json.loads(capsys.readouterr().out)["sources"]
    assert row["sections"][0]["documents"][0]["behind"] is True
    desk.law.fault = once(Reply(status=404), Reply(status=404))
    assert run_fetch(desk.settings, "ecfr", ["34/99"], as_json=False) == 1
    assert "status 404" in capsys.readouterr().out
    assert run_check(desk.settings, "ecfr", ["34/99"], as_json=True) == 1


def test_the_shipped_list_names_what_the_corpus_cites() -> None:
    targets = read_list(ROOT / "corpus")
    hosts = load_settings().fetch.hosts
    assert len({target.stem for target in targets}) == len(targets) > 70
    for target in targets:
        if target.kind == "url":
            assert target.what.split("/")[2] in hosts
        else:
            assert cites.normal(target.citation) == target.citation
    keys = {target.key for target in targets}
    assert {"ecfr 34/99", "ecfr 45/164", "ecfr 42/2", "usc 20/1232g", "usc 34/11133", "usc 42/5106a"} <= keys


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[ecfr]", "not a TOML file"),
        ('[[ecfr]]\ntitle = 34\npart = "../../x"\nname = "n"', "ecfr.1.part"),
        ('[[usc]]\ntitle = 99\nsection = "1"\nname = "n"', "usc.1.title"),
        ('[[usc]]\ntitle = 20\nsection = "1"', "usc.1.name"),
        ('[[page]]\nurl = "file:///etc/passwd"\ntitle = "t"\npublisher = "p"', "page.1.url"),
        ("[state]\nx = 1", "state"),
        ('[[ecfr]]\ntitle = 34\npart = "99"\nname = "n"\n' * 2, "stands twice"),
    ],
)
def test_a_malformed_list_names_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(SourceListError) as found:
        read_list(tmp_path)
    assert says in str(found.value)
    assert "sources.toml" in str(found.value)


def test_what_is_asked_for_is_chosen() -> None:
    listed = [PART, SECTION]
    assert choose(listed, None, ()) == listed
    assert choose(listed, "usc", ()) == [SECTION]
    assert choose(listed, "ecfr", ["34/99", "45/164"])[1].citation == "45 CFR 164"
    for kind, what in (("cfr", ["34/99"]), ("ecfr", ["../x"]), ("ecfr", ["34"]), ("url", ["x"])):
        with pytest.raises(SourceListError):
            choose(listed, kind, what)


def test_a_page_never_leaves_its_folder() -> None:
    stem = Target("url", "https://www.hhs.gov/../../../etc/passwd?x=/../y", "t").stem
    assert ".." not in stem
    assert stem.count("/") == 1


def test_differ() -> None:
    assert differ({"a": "1", "b": "2"}, {"b": "3", "c": "4"}) == [
        Change("a", "removed"),
        Change("b", "amended"),
        Change("c", "added"),
    ]
    assert differ({"a": "1"}, {"a": "1"}) == []
