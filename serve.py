"""Start the chat: Streamlit in this process, with its risky defaults changed, and the engine warmed up."""

from __future__ import annotations

import socket
import threading
import time
import webbrowser
from pathlib import Path

import streamlit.web.cli
from streamlit.runtime.pages_manager import PagesManager

APP = Path(__file__).resolve().parent / "app.py"
TRIED_PORTS = 20


def run(address: str, port: int, open_browser: bool) -> None:
    """Serve until interrupted. The first free port from `port` on is taken and printed."""
    port = free_port(address, port)
    shown = f"http://{'localhost' if address in ('127.0.0.1', '::1') else address}:{port}"
    threading.Thread(target=_warm_up, daemon=True).start()
    threading.Thread(target=_announce, args=(address, port, shown, open_browser), daemon=True).start()
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
        "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer",
        "logger.level": "warning",
    }
    # The folder `pages/` isn't Streamlit's own kind: until app.py has run once, Streamlit would list its modules as
    # pages and run them as scripts, past the menu and its roles, for whoever opens /ask first.
    PagesManager.uses_pages_directory = False
    flags = [f"--{name}={value}" for name, value in options.items()]
    streamlit.web.cli.main(["run", str(APP), *flags])


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
    from pages.engine import engine

    engine()


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
