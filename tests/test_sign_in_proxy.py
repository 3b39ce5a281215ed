"""Signing in by a proxy's headers, against a running server: who is believed, and who isn't."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.serving import free_port, serving
from bench.streamlit_session import session
from tests.conftest import ingested

pytestmark = pytest.mark.slow

SECRET = "canary-proxy-secret-of-thirty-two-characters"
PROVEN = ("X-Mayshare-Proxy-Secret", SECRET)
MONA, RHEA = ("X-Forwarded-Email", "mona@canary.example"), ("X-Forwarded-Email", "rhea@canary.example")
KEEP = ("X-Forwarded-Groups", "staff,keep")
# what a proxy on this machine adds for a visitor from elsewhere: it must not pass for the peer's own address
ELSEWHERE = ("X-Forwarded-For", "203.0.113.9")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("proxy")
    settings = ingested(folder)
    environment = {
        "MAYSHARE_CORPUS": str(settings.corpus),
        "MAYSHARE_SIGN_IN__METHOD": "proxy",
        "MAYSHARE_SIGN_IN__USER_HEADER": "X-Forwarded-Email",
        "MAYSHARE_SIGN_IN__TRUSTED_PROXIES": '["127.0.0.1"]',
        "MAYSHARE_SIGN_IN__PROXY_SECRET": SECRET,
        "MAYSHARE_SIGN_IN__MAINTAINERS": '["group:keep"]',
        "MAYSHARE_SIGN_IN__SIGN_OUT_URL": "/oauth2/sign_out",
    }
    log = folder / "log"
    with serving(settings, log, free_port(), environment) as address:
        yield address
    assert "canary" not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_proxy_is_believed_for_visitors_from_elsewhere(url: str) -> None:
    with session(url, headers=[PROVEN, MONA, KEEP, ELSEWHERE]) as mona:
        drawn = mona.run().text
    assert "Signed in as mona@canary.example (maintainer)" in drawn
    assert "Live since" in drawn
    assert "/oauth2/sign_out" in drawn


def test_a_reader_of_the_proxy_stays_one(url: str) -> None:
    with session(url, headers=[PROVEN, RHEA, ("X-Forwarded-Groups", "staff")]) as rhea:
        drawn = rhea.run().text
    assert "(reader)" in drawn
    assert "This page is for maintainers" in drawn
    assert "Live since" not in drawn


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [MONA, KEEP],
        [MONA, KEEP, ("X-Mayshare-Proxy-Secret", "a guess")],
        [MONA, KEEP, PROVEN, ("X-Mayshare-Proxy-Secret", "a guess")],
        [PROVEN, KEEP],
        [PROVEN, ("X-Forwarded-Email", " "), KEEP],
        [PROVEN, RHEA, MONA, KEEP],
    ],
    ids=["nothing", "no secret", "wrong secret", "two secrets", "no user", "empty user", "two users"],
)
def test_whoever_comes_past_the_proxy_is_nobody(url: str, headers: list[tuple[str, str]]) -> None:
    with session(url, headers=headers) as other:
        drawn = other.run().text
    assert "institution" in drawn
    for secret in ("Signed in as", "Live since", "This page is for maintainers"):
        assert secret not in drawn
