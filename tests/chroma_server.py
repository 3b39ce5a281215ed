"""Vector servers that misbehave; the real one is `bench.chroma_run`."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.http_server import running


@contextmanager
def silent_server() -> Iterator[int]:
    """Accepts every connection and never answers; gives its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield int(listener.getsockname()[1])


@contextmanager
def stub_server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[int]:
    """Calls `answer` with each request; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer(self)
            except OSError:
                return  # the client has gone

        do_POST = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            return

    with running(Handler) as port:
        yield port


def say(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    """A whole HTTP answer."""
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
