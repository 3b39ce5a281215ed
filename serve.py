"""Start the chat: Streamlit in this process, with its risky defaults changed, and the engine warmed up."""

from __future__ import annotations

import gc
import json
import os
import socket
import threading
import time
import webbrowser
from pathlib import Path
from typing import Any

import streamlit.web.cli
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.secrets import secrets_singleton

from mayshare.config import load_settings
from mayshare.errors import ConfigError
from mayshare.sign_in import SignIn, is_loopback

APP = Path(__file__).resolve().parent / "app.py"
TRIED_PORTS = 20


def run(address: str, port: int, open_browser: bool) -> None:
    """Serve until interrupted. The first free port from `port` on is taken and printed.

    Raises:
        ConfigError: the settings are wrong, or the port is taken where sign-in is bound to it.
    """
    sign_in = load_settings().sign_in
    port = _port(address, port, sign_in)
    shown = f"http://{'localhost' if address in ('127.0.0.1', '::1') else address}:{port}"
    threading.Thread(target=_warm_up, daemon=True).start()
    threading.Thread(target=_announce, args=(address, port, shown, open_browser), daemon=True).start()
    _let_in(address, sign_in)
    options = {
        "server.address": address,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxMessageSize": "2",
        "server.maxUploadSize": "1",
        "server.enableXsrfProtection": "true",
        "server.enableStaticServing": "false",
        "server.runOnSave": "false",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": "localhost" if address == "127.0.0.1" else address,
        # a full collection after each run of a page took 0.3 s with an index in memory; Python's own is enough
        "runner.postScriptGC": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer",
        "logger.level": "warning",
        "server.trustedUserHeaders": json.dumps(_owner(sign_in)),
    }
    # The folder `pages/` isn't Streamlit's own kind: until app.py has run once, Streamlit would list its modules as
    # pages and run them as scripts, past the menu and its roles, for whoever opens /ask first.
    PagesManager.uses_pages_directory = False
    flags = [f"--{name}={value}" for name, value in options.items()]
    streamlit.web.cli.main(["run", str(APP), *flags])


def _port(address: str, port: int, sign_in: SignIn) -> int:
    free = free_port(address, port)
    if free != port and sign_in.method != "none":
        raise ConfigError(
            f"Port {port} is taken, and people sign in at that one. Stop what listens there, or set another "
            "serve.port, and with it sign_in.public_url or your proxy."
        )
    return free


def _let_in(address: str, sign_in: SignIn) -> None:
    """Prepare Streamlit and its server for the way in which people sign in; say it where they can't."""
    # Left to itself the server takes the visitor's address from X-Forwarded-For when the proxy is on this machine; who
    # is trusted is decided by the address at the other end of the connection.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    if sign_in.method == "oidc":
        # handed over in memory, so that no secret lies in a file
        secrets_singleton.merge_programmatic_secrets({"auth": _auth(sign_in)})
    elif sign_in.method == "none" and not is_loopback(address):
        print(  # noqa: T201
            "\nOpen to others without sign-in: everyone is a reader, and nobody can change the guidance here.\n"
            "docs/sign-in.md says how to let trainers and maintainers in.",
            flush=True,
        )


def _auth(sign_in: SignIn) -> dict[str, Any]:
    """What `st.login` asks for."""
    return {
        "redirect_uri": f"{sign_in.public_url}/oauth2callback",
        "cookie_secret": sign_in.cookie_secret or "",
        "client_id": sign_in.client_id or "",
        "client_secret": sign_in.client_secret or "",
        "server_metadata_url": sign_in.metadata_url or "",
    }


def _owner(sign_in: SignIn) -> dict[str, str]:
    """The header that a session belongs to: Streamlit gives it back after a lost connection to the same user alone."""
    return {sign_in.user_header: "owner"} if sign_in.method == "proxy" else {}


def free_port(address: str, port: int) -> int:
    """The first port from `port` on at which nothing listens."""
    for candidate in range(port, port + TRIED_PORTS):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, candidate))
            except OSError:
                continue
            return candidate
    return port


def _warm_up() -> None:
    """Load the engine while Streamlit starts, so that the first visitor doesn't wait for it."""
    from pages.engine import engine, look_ahead

    engine()
    gc.collect()
    gc.freeze()  # the index stays: no collection need walk through its hundreds of thousands of objects again
    look_ahead()


def _announce(address: str, port: int, shown: str, open_browser: bool) -> None:
    for _ in range(200):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.settimeout(0.2)
            if probe.connect_ex((address, port)) == 0:
                print(f"\nmayshare is open at {shown}   (Ctrl+C stops it)\n", flush=True)  # noqa: T201
                if open_browser:
                    webbrowser.open(shown)
                return
        time.sleep(0.1)
