"""A polite HTTP client: asks only where the guard allows, not too often, not too long; one error a cause.

Each hop of a redirect is checked. A server that is busy (429, 503) is waited for as long as it asks, up to
a limit; what fails in passing is tried again with growing pauses, but a host that can't be reached not again
in the same run; bodies have a limit of size and time.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx
import tenacity

from ingest.sources.guard import Guard, transport
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

MAX_HOPS = 5
AGENT = "mayshare/0.1 (reads official law for a maintainer who asked; one request at a time)"
Received = Callable[[int, int | None], object]  # bytes so far, and of how many where the server says


class Reply(NamedTuple):
    """What came back: the address after redirects, the status (200 or 304), headers and body."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def kind(self) -> str:
        """The media type, without parameters."""
        stated: str = self.headers.get("content-type", "")
        return stated.split(";")[0].strip().lower()


class _BusyError(Exception):
    """Worth another try, after a wait that the server may have named."""

    def __init__(self, error: FetchError, wait_s: float | None = None) -> None:
        self.error, self.wait_s = error, wait_s


class Client:
    """Use as a context manager. Not for several threads."""

    def __init__(
        self,
        settings: Fetch,
        guard: Guard | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._sleep, self._now = settings, sleep, now
        self.guard = guard or Guard(settings.hosts, settings.allow_loopback)
        self._next: dict[str, float] = {}
        self._down: set[str] = set()
        self._http = httpx.Client(
            transport=transport(self.guard),
            timeout=settings.timeout_s,
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip, deflate"},
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str, known: Mapping[str, str] | None = None, received: Received | None = None) -> Reply:
        """Fetch an address.

        Args:
            known: `etag` and `last_modified` of what is held already; then the reply may be an empty 304.
            received: told of the bytes as they come.

        Raises:
            FetchError: one subclass a cause.
        """
        return self._patiently(lambda: self._follow("GET", url, _conditions(known or {}), received))

    def head(self, url: str) -> Reply:
        """Ask for the headers alone. Raises what `get` raises."""
        return self._patiently(lambda: self._follow("HEAD", url, {}, None))

    def _patiently(self, ask: Callable[[], Reply]) -> Reply:
        least = max(self._settings.delay_s, 0.05)
        pauses = tenacity.wait_exponential(multiplier=least, max=30) + tenacity.wait_random(0, least / 2)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            named = error.wait_s if isinstance(error, _BusyError) else None
            return pauses(state) if named is None else named

        retry = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_BusyError),
            stop=tenacity.stop_after_attempt(self._settings.tries),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retry(ask)
        except _BusyError as busy:
            if isinstance(busy.error, ConnectionFailedError):
                self._down.add(_parsed(busy.error.url).host)
            raise busy.error from None

    def _follow(self, method: str, url: str, headers: Mapping[str, str], received: Received | None) -> Reply:
        seen = [url]
        request = self._http.build_request(method, _parsed(url), headers=headers)
        while True:
            reply, following = self._once(request, received)
            if following is None:
                return reply
            target = str(following.url)
            if target in seen:
                raise RedirectError(url, target, f"the redirects go round in a circle, back to {target}.")
            if len(seen) > MAX_HOPS:
                raise RedirectError(url, target, f"more than {MAX_HOPS} redirects; the last one to {target}.")
            try:
                self.guard.check_url(following.url)
            except AddressRefusedError as error:
                raise RedirectError(url, target, f"is redirected to {target}, which is not followed. {error}") from None
            seen.append(target)
            request = following

    def _once(self, request: httpx.Request, received: Received | None) -> tuple[Reply, httpx.Request | None]:
        """One request: the reply, and the request that it redirects to."""
        self.guard.check_url(request.url)
        url, host = str(request.url), request.url.host
        if host in self._down:
            raise ConnectionFailedError(url, f"{host} could not be reached a moment ago.", "Run the command again.")
        self._take_turn(host)
        try:
            response = self._http.send(request, stream=True)
            try:
                following = response.next_request
                if following is None:
                    self._check_status(response)
                body = b"" if following or request.method == "HEAD" else self._body(response, received)
                return Reply(url, response.status_code, response.headers, body), following
            finally:
                response.close()
        except httpx.TimeoutException:
            late = FetchTimeoutError(url, f"no answer within {self._settings.timeout_s:g} s.", "Try again later.")
            raise _BusyError(late) from None
        except httpx.DecodingError as error:
            raise BrokenBodyError(url, f"the body can't be unpacked ({error}).", "Try again later.") from None
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise _BusyError(BrokenBodyError(url, f"the answer was cut off ({error}).", "Try again later.")) from None
        except httpx.InvalidURL as error:
            raise RedirectError(url, "", f"is redirected to an address that can't be read ({error}).") from None
        except httpx.TransportError as error:
            raise _BusyError(ConnectionFailedError(url, f"can't be reached ({error}).", "Check the network.")) from None

    def _take_turn(self, host: str) -> None:
        wait = self._next.get(host, 0.0) - self._now()
        if wait > 0:
            self._sleep(wait)
        self._next[host] = self._now() + self._settings.delay_s

    def _check_status(self, response: httpx.Response) -> None:
        status, url = response.status_code, str(response.request.url)
        if status in (200, 304):
            return
        named = _retry_after(response.headers.get("retry-after"))
        if named is not None and named > self._settings.max_wait_s:
            limit = self._settings.max_wait_s
            raise RateLimitedError(
                url, f"the server asks to wait {named:.0f} s; the limit is {limit:g} s.", "Try later."
            )
        if status == 429:
            raise _BusyError(RateLimitedError(url, "the server says that it is asked too often.", "Try later."), named)
        if status >= 500 or status == 408:
            raise _BusyError(HttpStatusError(url, status, "Try again later."), named)
        raise HttpStatusError(url, status, "Check the address." if status in (404, 410) else "")

    def _body(self, response: httpx.Response, received: Received | None) -> bytes:
        url = str(response.request.url)
        limit = int(self._settings.max_mb * 1_000_000)
        stated = response.headers.get("content-length", "")
        total = int(stated) if stated.isdigit() else None
        end = self._now() + self._settings.deadline_s
        mend = "Raise `max_mb` under [fetch] if this is right."
        if total is not None and total > limit:
            raise TooLargeError(url, f"{total:,} bytes; the limit is {limit:,}.", mend)
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > limit:
                raise TooLargeError(url, f"more than {limit:,} bytes.", mend)
            if self._now() > end:
                raise FetchTimeoutError(url, f"not whole after {self._settings.deadline_s:g} s.", "Try again later.")
            if received:
                received(response.num_bytes_downloaded, total)
        return bytes(body)


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressRefusedError(url, f"is no address ({error}).") from None


def _conditions(known: Mapping[str, str]) -> dict[str, str]:
    names = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}
    return {header: known[key] for key, header in names.items() if known.get(key)}


def _retry_after(value: str | None) -> float | None:
    """Seconds that a server asks to wait: given as such, or as a date."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return max(0.0, (aware - dt.datetime.now(dt.UTC)).total_seconds())
