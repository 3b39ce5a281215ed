"""The polite client against a server that does what servers do wrong; and the guard on addresses."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from ingest.sources.client import Client
from ingest.sources.guard import Guard, is_public
from mayshare.config import Fetch
from mayshare.errors import (
    AddressRefusedError,
    BrokenBodyError,
    ConnectionFailedError,
    FetchError,
    FetchTimeoutError,
    HttpStatusError,
    RateLimitedError,
    RedirectError,
    TooLargeError,
)
from tests.law_server import Law, Reply, always, once, packed, part_xml, serve

SETTINGS = Fetch(hosts=("127.0.0.1",), allow_loopback=True, delay_s=0, timeout_s=0.4, deadline_s=0.6, max_mb=0.2)


class Place:
    """A served law, and clients that note how long they would have slept."""

    def __init__(self, law: Law, base: str) -> None:
        self.law, self.url, self.slept = law, f"{base}/faq/what-ferpa", list[float]()

    def client(self, guard: Guard | None = None, **fields: object) -> Client:
        return Client(SETTINGS.model_copy(update=fields), guard, sleep=self.slept.append)

    def get(self, **fields: object) -> bytes:
        with self.client(**fields) as client:  # type: ignore[arg-type]
            return client.get(self.url).body


@pytest.fixture
def place() -> Iterator[Place]:
    law = Law()
    with serve(law) as base:
        yield Place(law, base)


def test_a_page_and_its_304(place: Place) -> None:
    with place.client() as client:
        first = client.get(place.url)
        again = client.get(place.url, {"etag": first.headers["etag"]})
    assert first.status == 200
    assert first.kind == "text/html"
    assert b"law on records" in first.body
    assert (again.status, again.body) == (304, b"")
    assert place.law.requests[0].headers["user-agent"].startswith("mayshare/")


def test_requests_to_one_host_are_spaced(place: Place) -> None:
    clock = iter(float(n) / 10 for n in range(100))
    with Client(SETTINGS.model_copy(update={"delay_s": 5.0}), None, place.slept.append, lambda: next(clock)) as client:
        client.get(place.url)
        client.get(place.url)
    assert len(place.slept) == 1
    assert place.slept[0] == pytest.approx(5.0, abs=0.5)


def test_429_waits_as_long_as_the_server_asks(place: Place) -> None:
    place.law.fault = once(Reply(status=429, headers={"Retry-After": "7"}))
    assert b"law on records" in place.get()
    assert 7.0 in place.slept


def test_a_retry_after_that_is_too_long_is_an_error_at_once(place: Place) -> None:
    place.law.fault = always(Reply(status=429, headers={"Retry-After": "86400"}))
    with pytest.raises(RateLimitedError, match="86400 s"):
        place.get()
    assert len(place.law.requests) == 1


def test_a_retry_after_may_be_a_date(place: Place) -> None:
    place.law.fault = once(Reply(status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}))
    assert b"law on records" in place.get()


@pytest.mark.parametrize(
    ("reply", "error", "tries"),
    [
        (Reply(status=500), HttpStatusError, 4),
        (Reply(status=429), RateLimitedError, 4),
        (Reply(status=404), HttpStatusError, 1),
        (Reply(status=403), HttpStatusError, 1),
        (Reply(b"half", cut=True), BrokenBodyError, 4),
        (Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), BrokenBodyError, 1),
        (Reply(b"x" * 300_000), TooLargeError, 1),
        (packed(b"x" * 5_000_000), TooLargeError, 1),
        (Reply(b"y" * 90, drip_s=0.05), FetchTimeoutError, 1),
    ],
    ids=["500", "429", "404", "403", "cut", "bad gzip", "huge", "gzip bomb", "drip"],
)
def test_each_fault_has_its_error(place: Place, reply: Reply, error: type[FetchError], tries: int) -> None:
    place.law.fault = always(reply)
    with pytest.raises(error) as found:
        place.get()
    assert type(found.value) is error
    assert place.url in str(found.value)
    assert len(place.law.requests) == tries


def test_what_fails_in_passing_is_tried_again(place: Place) -> None:
    place.law.fault = once(Reply(status=500), Reply(b"half", cut=True), Reply(status=502))
    assert b"law on records" in place.get()
    assert len(place.law.requests) == 4
    assert place.slept == sorted(place.slept)  # growing pauses


def test_a_slow_server_is_given_up(place: Place) -> None:
    place.law.fault = always(Reply(wait_s=2.0))
    before = time.monotonic()
    with pytest.raises(FetchTimeoutError):
        place.get(tries=2)
    assert time.monotonic() - before < 1.9


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    slept: list[float] = []
    with Client(SETTINGS, sleep=slept.append) as client:
        with pytest.raises(ConnectionFailedError, match="can't be reached"):
            client.get(f"http://127.0.0.1:{port}/")
        assert len(slept) == SETTINGS.tries - 1
        with pytest.raises(ConnectionFailedError, match="a moment ago"):  # the rest of a run doesn't wait again
            client.get(f"http://127.0.0.1:{port}/other")
        assert len(slept) == SETTINGS.tries - 1


def to(target: str) -> Reply:
    return Reply(status=302, headers={"Location": target})


def test_a_redirect_on_the_list_is_followed(place: Place) -> None:
    place.law.fault = once(to("/faq/what-ferpa?again"))
    assert b"law on records" in place.get()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/law",
        "http://localhost:1/law",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://127.0.0.1/law",
        "//evil.example/law",
    ],
)
def test_a_redirect_off_the_list_is_not_followed(place: Place, target: str) -> None:
    place.law.fault = always(to(target))
    with pytest.raises(RedirectError, match="not followed"):
        place.get()
    assert [request.path for request in place.law.requests] == ["/faq/what-ferpa"]


def test_redirects_in_a_circle_and_without_end(place: Place) -> None:
    place.law.fault = lambda request: to("/b" if request.path != "/b" else "/faq/what-ferpa")
    with pytest.raises(RedirectError, match="circle"):
        place.get()
    place.law.fault = lambda request: to(f"/x{len(request.path)}" + "x" * len(request.path))
    place.law.requests.clear()
    with pytest.raises(RedirectError, match="more than 5"):
        place.get()
    assert len(place.law.requests) == 6


@pytest.mark.parametrize(
    "url",
    [
        "http://www.ecfr.gov/x",
        "https://evil.example/x",
        "https://www.ecfr.gov.evil.example/x",
        "https://www.ecfr.gov@evil.example/x",
        "https://user:pass@www.ecfr.gov/x",
        "file:///etc/passwd",
        "gopher://www.ecfr.gov/",
        "https://127.0.0.1/x",
        "",
    ],
)
def test_addresses_off_the_list_are_refused_before_anything_is_asked(url: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("a name was resolved")

    with Client(Fetch(), Guard(Fetch().hosts, resolver=never)) as client, pytest.raises(AddressRefusedError) as found:
        client.get(url)
    assert "pass" not in str(found.value).replace("passwd", "").replace("a password", "")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    assert not is_public(address)
    for answer in ([address], ["8.8.8.8", address]):
        guard = Guard(["www.ecfr.gov"], resolver=lambda *_, answer=answer: answer)  # type: ignore[misc]
        with Client(Fetch(), guard) as client, pytest.raises(AddressRefusedError, match="not a public address"):
            client.get("https://www.ecfr.gov/x")


def test_public_addresses_are_public() -> None:
    assert all(is_public(address) for address in ("8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"))


def test_the_connection_goes_to_the_address_that_was_checked(place: Place) -> None:
    port = httpx.URL(place.url).port
    answers = [["127.0.0.1"], ["10.0.0.1"]]  # a name that leads elsewhere a moment later
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    guard = Guard(["law.test"], loopback=True, plain_http=True, resolver=rebinding)
    with place.client(guard) as client:
        assert b"law on records" in client.get(f"http://law.test:{port}/faq/what-ferpa").body
        assert asked == ["law.test"]
        with pytest.raises(AddressRefusedError, match=r"10\.0\.0\.1"):
            client.get(f"http://law.test:{port}/faq/what-ferpa")
    assert place.law.requests[0].headers["host"] == f"law.test:{port}"


def test_a_second_address_is_tried_where_the_first_is_dead(place: Place) -> None:
    port = httpx.URL(place.url).port
    guard = Guard(["law.test"], loopback=True, plain_http=True, resolver=lambda *_: ["::1", "127.0.0.1"])
    with place.client(guard) as client:
        assert client.get(f"http://law.test:{port}/faq/what-ferpa").status == 200


def test_a_proxy_of_the_environment_is_not_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert b"law on records" in place.get()


def test_packed_bodies_are_unpacked(place: Place) -> None:
    place.law.fault = always(packed(part_xml()))
    assert place.get() == part_xml()
