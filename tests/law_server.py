"""The eCFR, the U.S. Code's site and an agency, played on loopback: their real shapes, and to order what goes wrong.

The texts are made up, in the shape of the real ones.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tests.http_server import running

FERPA = {
    "99.31": "(a) A school may disclose records without consent to its own officials.",
    "99.36": "(a) A school may disclose records to police in an emergency.",
}
DAY = "2026-11-20"
PAGE = "<html><head><title>What is FERPA?</title></head><body><nav>Menu 7</nav><p>A law on records.</p></body></html>"


class Reply(NamedTuple):
    """One reply, and in what it goes wrong."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/xml"
    headers: Mapping[str, str] = {}
    wait_s: float = 0.0  # before the headers
    drip_s: float = 0.0  # between bytes of the body
    cut: bool = False  # promise more bytes than are sent


class Request(NamedTuple):
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]


Fault = Callable[[Request], Reply | None]


def part_xml(
    sections: Mapping[str, str] = FERPA, part: str = "99", note: str = "[53 FR 11943, Apr. 11, 1988]"
) -> bytes:
    """A part as the versioner API gives it: DIV5, DIV6, DIV8, and a source note under each section."""
    divs = "".join(
        f'<DIV8 N="{number}" TYPE="SECTION" hierarchy_metadata="{{&quot;citation&quot;:&quot;34 CFR {number}&quot;}}">\n'
        f'<HEAD>&#xA7; {number} A heading.</HEAD>\n<P>{words}</P>\n<CITA TYPE="N">{note}</CITA>\n</DIV8>\n'
        for number, words in sections.items()
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<DIV5 N="{part}" TYPE="PART">\n<HEAD>PART {part}</HEAD>\n'
    return f'{head}<DIV6 N="D" TYPE="SUBPART">\n<HEAD>Subpart D</HEAD>\n{divs}</DIV6>\n</DIV5>\n'.encode()


def title_zip(sections: Mapping[str, str], title: str = "20", note: str = "A note.") -> bytes:
    """A title of the U.S. Code as a release point holds it: a ZIP with one USLM file."""
    body = "".join(
        f'<section style="-uslm-lc:I80" id="id{number}" identifier="/us/usc/t{title}/s{number}"><num value="{number}">'
        f'§ {number}.</num><heading> A heading</heading><subsection identifier="/us/usc/t{title}/s{number}/a">'
        f'<num value="a">(a)</num><content> {words}</content></subsection><sourceCredit>(Pub. L. 90-247)</sourceCredit>'
        f'<notes type="uscNote"><note><p>{note}</p></note></notes></section>'
        for number, words in sections.items()
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><uscDoc xmlns="http://xml.house.gov/schemas/uslm/1.0" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" identifier="/us/usc/t{title}"><meta><dc:title>Title {title}</dc:title>'
        f'</meta><main><title identifier="/us/usc/t{title}"><chapter>{body}</chapter></title></main></uscDoc>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"usc{title:0>2}.xml", text)
    return packed.getvalue()


class Law:
    """What the sites hold now; change it to change the law. `fault` comes before all: its reply is sent if it gives one."""

    def __init__(self) -> None:
        self.day = DAY
        self.parts: dict[tuple[str, str], bytes] = {("34", "99"): part_xml()}
        self.versions: list[dict[str, object]] = [version("99.31", "2016-12-20"), version("99.36", "2016-12-20")]
        self.point = "119-102"
        self.titles = {"20": title_zip({"1232g": "Records of students.", "1232h": "Surveys."})}
        self.pages: dict[str, bytes] = {"/faq/what-ferpa": PAGE.encode()}
        self.fault: Fault = lambda _: None
        self.requests: list[Request] = []

    def reply(self, request: Request) -> Reply:
        """As the real sites answer."""
        parts = urlsplit(request.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        steps = parts.path.strip("/").split("/")
        if parts.path == "/api/versioner/v1/titles.json":
            rows = [{"number": n, "name": "…", "up_to_date_as_of": self.day, "reserved": False} for n in (34, 42, 45)]
            return _json({"titles": [*rows, {"number": 35, "up_to_date_as_of": None, "reserved": True}]})
        if parts.path.startswith("/api/versioner/v1/versions/"):
            since = query.get("issue_date[gte]", "")
            rows = [row for row in self.versions if str(row["issue_date"]) >= since and row["part"] == query["part"]]
            return _json({"content_versions": rows, "meta": {"result_count": len(rows)}})
        if parts.path.startswith("/api/versioner/v1/full/"):
            title = steps[-1].removeprefix("title-").removesuffix(".xml")
            body = self.parts.get((title, query["part"])) if steps[4] == self.day else None
            return Reply(body) if body else _json({"error": "No matching content found."}, 404)
        if parts.path == "/download/download.shtml":
            congress, law = self.point.split("-")
            link = f"releasepoints/us/pl/{congress}/{law}/xml_usc20@{self.point}.zip"
            heading = f'<h3 class="releasepointinformation">Public Law {self.point} (11/12/2026) </h3>'
            return Reply(f"<html><body>{heading}<a href='{link}'>[XML]</a></body></html>".encode(), kind="text/html")
        if parts.path.endswith(f"@{self.point}.zip"):
            packed = self.titles.get(steps[-1].removeprefix("xml_usc").split("@")[0])
            return Reply(packed, kind="application/zip") if packed else Reply(b"<html>Error</html>", kind="text/html")
        page = self.pages.get(parts.path)
        return Reply(page, kind="text/html; charset=utf-8") if page else Reply(b"<h1>Gone</h1>", 404, "text/html")

    def paths(self) -> list[str]:
        """Every path that was asked, in order."""
        return [unquote(request.path) for request in self.requests]


def version(section: str, day: str, part: str = "99", **fields: object) -> dict[str, object]:
    """A row of `content_versions`."""
    return {
        "date": day, "amendment_date": day, "issue_date": day, "identifier": section, "name": f"§ {section} …",
        "part": part, "substantive": True, "removed": False, "subpart": "D", "title": "34", "type": "section", **fields,
    }  # fmt: skip


def once(*replies: Reply) -> Fault:
    """These replies first, one a request; then as ever."""
    left = list(replies)
    return lambda _: left.pop(0) if left else None


def always(reply: Reply, path: str = "") -> Fault:
    """This reply to every request whose path holds `path`."""
    return lambda request: reply if path in request.path else None


def packed(body: bytes) -> Reply:
    """A body sent with gzip."""
    return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})


@contextmanager
def serve(law: Law) -> Iterator[str]:
    """Play the sites until the block ends; gives their address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = Request(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
            law.requests.append(request)
            reply = law.fault(request) or _conditional(law.reply(request), request)
            try:
                self._send(reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_HEAD = do_GET

        def _send(self, reply: Reply) -> None:
            time.sleep(reply.wait_s)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + (1000 if reply.cut else 0)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command == "HEAD" or reply.status == 304:
                return
            if not reply.drip_s:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(reply.drip_s)

        def log_message(self, *_: object) -> None:
            pass

    with running(Handler) as port:
        yield f"http://127.0.0.1:{port}"


def _conditional(reply: Reply, request: Request) -> Reply:
    """An ETag, and 304 to who holds it already."""
    if reply.status != 200:
        return reply
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
    if request.headers.get("if-none-match") == tag:
        return Reply(b"", 304, reply.kind, {"ETag": tag})
    return reply._replace(headers={**reply.headers, "ETag": tag})


def _json(data: object, status: int = 200) -> Reply:
    return Reply(json.dumps(data).encode(), status, "application/json; charset=utf-8")
