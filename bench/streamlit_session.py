"""A browser's session without the browser: what the chat's server is sent and what it sends, message by message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

XSRF = "_streamlit_xsrf"
WAIT_S = 60.0


class Session:
    """One connection to a running chat."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def run(self, page: str = "maintenance", page_hash: str = "", widgets: dict[str, Any] | None = None) -> Drawn:
        """Ask for a run of the app, with widgets set (True: a button pressed); everything that comes back."""
        ask = BackMsg()
        ask.rerun_script.page_name = page
        ask.rerun_script.page_script_hash = page_hash
        for name, value in (widgets or {}).items():
            state = ask.rerun_script.widget_states.widgets.add(id=name)
            setattr(state, "trigger_value" if value is True else "string_value", value)
        return self._send(ask)

    def ask(self, page_hash: str, chat_input: str, question: str) -> Drawn:
        """Put a question into the chat's input; its answer is drawn when this returns."""
        ask = BackMsg()
        ask.rerun_script.page_script_hash = page_hash
        ask.rerun_script.widget_states.widgets.add(id=chat_input).chat_input_value.data = question
        return self._send(ask)

    def _send(self, ask: BackMsg) -> Drawn:
        """Everything that comes back until the app has run to its end, through reruns that it asks for itself."""
        self._socket.send(ask.SerializeToString())
        got: list[ForwardMsg] = []
        while not got or not _ended(got[-1]):
            message = self._socket.recv(timeout=WAIT_S)
            assert isinstance(message, bytes)
            got.append(ForwardMsg.FromString(message))
        return Drawn(got)


def _ended(message: ForwardMsg) -> bool:
    kind = message.WhichOneof("type")
    return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN


class Drawn(NamedTuple):
    """What a run of the app drew."""

    messages: list[ForwardMsg]

    @property
    def text(self) -> str:
        """All of it as text."""
        return "\n".join(map(str, self.messages))

    @property
    def content(self) -> bytes:
        """The same as it was sent, to look for a word in much of it."""
        return b"".join(message.SerializeToString() for message in self.messages)

    @property
    def page_hash(self) -> str:
        """By which the page is asked for in a message."""
        return next(m.new_session.page_script_hash for m in self.messages if m.WhichOneof("type") == "new_session")

    def widget(self, kind: str, label: str) -> str | None:
        """Id of a widget by the start of its label."""
        elements = [m.delta.new_element for m in self.messages if m.WhichOneof("type") == "delta"]
        found = [getattr(element, kind) for element in elements if element.WhichOneof("type") == kind]
        return next((widget.id for widget in found if widget.label.startswith(label)), None)

    @property
    def chat_input(self) -> str:
        """Id of the chat's input."""
        elements = [m.delta.new_element for m in self.messages if m.WhichOneof("type") == "delta"]
        return next(element.chat_input.id for element in elements if element.WhichOneof("type") == "chat_input")


@contextmanager
def session(
    url: str, cookies: dict[str, str] | None = None, headers: Iterable[tuple[str, str]] = ()
) -> Iterator[Session]:
    """Connect with a browser's cookies and a proxy's headers."""
    held = cookies or {}
    cookie = [("Cookie", "; ".join(f"{name}={value}" for name, value in held.items()))] if held else []
    protocols = ["streamlit", held[XSRF]] if XSRF in held else ["streamlit"]
    with connect(
        url.replace("http", "ws") + "/_stcore/stream",
        origin=Origin(url),
        additional_headers=[*cookie, *headers],
        subprotocols=[Subprotocol(protocol) for protocol in protocols],
        max_size=None,
    ) as socket:
        yield Session(socket)
