"""Sign-in: its settings, and the role that follows from claims and headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mayshare.config import load_settings
from mayshare.errors import ConfigError
from mayshare.roles import Role, from_claims, from_headers, role_of, without_sign_in
from mayshare.sign_in import SignIn

SECRET = "secret-value-of-thirty-two-characters"
OIDC = {
    "method": "oidc",
    "public_url": "https://mayshare.school.example",
    "metadata_url": "https://id.school.example/.well-known/openid-configuration",
    "client_id": "mayshare",
    "client_secret": SECRET,
    "cookie_secret": SECRET,
}
NOW = 1_800_000_000.0
PEOPLE = {"trainers": ("tom@school.example", "group:trainers"), "maintainers": ("Mona@School.example", "group:keep")}


def oidc(**changes: Any) -> SignIn:
    return SignIn(**{**OIDC, **PEOPLE, **changes})


def proxy(**changes: Any) -> SignIn:
    return SignIn(**{"method": "proxy", "trusted_proxies": ("10.1.0.0/16",), **PEOPLE, **changes})


def claims(**changes: Any) -> dict[str, Any]:
    known = {"is_logged_in": True, "iat": NOW - 60, "name": "Rhea", "email": "rhea@school.example"}
    return {**known, "email_verified": True, **changes}


# ---- settings


@pytest.mark.parametrize("name", ["client_secret", "cookie_secret", "proxy_secret"])
def test_a_secret_may_not_stand_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mayshare.toml").write_text(f'[sign_in]\n{name} = "{SECRET}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=f"MAYSHARE_SIGN_IN__{name.upper()}") as caught:
        load_settings()
    assert SECRET not in str(caught.value)


def test_secrets_come_from_the_environment_and_are_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f'{key} = "{value}"' for key, value in OIDC.items() if "secret" not in key]
    (tmp_path / "mayshare.toml").write_text("\n".join(["[sign_in]", *rows]), encoding="utf-8")
    with pytest.raises(ConfigError, match="MAYSHARE_SIGN_IN__CLIENT_SECRET"):
        load_settings()
    for name in ("CLIENT_SECRET", "COOKIE_SECRET"):
        monkeypatch.setenv(f"MAYSHARE_SIGN_IN__{name}", SECRET)
    settings = load_settings()
    assert settings.sign_in.cookie_secret == SECRET
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({**OIDC, "public_url": None}, "public_url"),
        ({**OIDC, "public_url": "http://mayshare.school.example"}, "https"),
        ({**OIDC, "public_url": "https://school.example/mayshare"}, "host and port alone"),
        ({**OIDC, "metadata_url": "http://id.school.example/x"}, "https"),
        ({**OIDC, "cookie_secret": "secret-value"}, "token_urlsafe"),
        ({**OIDC, "maintainers": ["*"]}, "readers alone"),
        ({**OIDC, "trainers": ["*"]}, "readers alone"),
        ({**OIDC, "maintainers": ["Mona Bell"]}, "@domain"),
        ({**OIDC, "hours": 0}, "hours"),
        ({"method": "proxy"}, "trusted_proxies"),
        ({"method": "proxy", "trusted_proxies": ["0.0.0.0/0"]}, "trusts everyone"),
        ({"method": "proxy", "trusted_proxies": ["proxy"]}, "trusted_proxies"),
        ({"method": "proxy", "proxy_secret": "secret-value"}, "token_urlsafe"),
        ({"sign_out_url": "javascript:alert(1)"}, "https://"),
        ({"sign_out_url": "//elsewhere.example"}, "https://"),
        ({"user_header": "X Forwarded"}, "user_header"),
        ({"method": "open"}, "method"),
    ],
)
def test_a_wrong_setting_is_named_with_its_mend(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(sign_in=wrong)
    assert words in str(caught.value)
    assert "secret-value" not in str(caught.value)


def test_an_origin_is_spelled_as_browsers_do() -> None:
    assert oidc(public_url="https://Mayshare.School.example/").public_url == "https://mayshare.school.example"
    assert oidc(public_url="http://localhost:8501").public_url == "http://localhost:8501"


# ---- roles


@pytest.mark.parametrize(
    ("user", "groups", "role"),
    [
        ("mona@school.example", [], Role.MAINTAINER),
        ("MONA@school.example", [], Role.MAINTAINER),
        ("tom@school.example", [], Role.TRAINER),
        ("tom@school.example", ["keep"], Role.MAINTAINER),
        ("rhea@school.example", ["trainers"], Role.TRAINER),
        ("rhea@school.example", ["Keep", "group:keep", "keepers"], Role.READER),
        ("mona@school.example.evil.example", [], Role.READER),
        ("group:keep", [], Role.READER),
        ("", [], Role.READER),
    ],
)
def test_the_highest_role_that_an_entry_gives(user: str, groups: list[str], role: Role) -> None:
    assert role_of(oidc(), user, groups) is role


def test_roles_are_in_order() -> None:
    assert Role.NOBODY < Role.READER < Role.TRAINER < Role.MAINTAINER


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ("ann@school.example", Role.READER),
        ("ann@sub.school.example", Role.NOBODY),
        ("ann@notschool.example", Role.NOBODY),
        ("ann@school.example@evil.example", Role.NOBODY),
        ("@school.example", Role.READER),
        ("school.example", Role.NOBODY),
        ("", Role.NOBODY),
        ("tom@school.example", Role.TRAINER),
    ],
)
def test_readers_may_be_a_domain_alone(user: str, role: Role) -> None:
    assert role_of(oidc(readers=("@School.example",)), user, []) is role


@pytest.mark.parametrize(
    ("changes", "role"),
    [
        ({}, Role.READER),
        ({"email": "mona@school.example"}, Role.MAINTAINER),
        ({"email": "mona@school.example", "email_verified": "true"}, Role.MAINTAINER),
        ({"email": "mona@school.example", "email_verified": False}, Role.READER),
        ({"email": "mona@school.example", "email_verified": None}, Role.READER),
        ({"email": "mona@school.example", "email_verified": 1}, Role.MAINTAINER),
        ({"groups": ["staff", "keep"]}, Role.MAINTAINER),
        ({"groups": "keep"}, Role.MAINTAINER),
        ({"groups": "keep,staff"}, Role.READER),
        ({"groups": {"keep": True}}, Role.READER),
        ({"groups": [["keep"], None]}, Role.READER),
        ({"is_logged_in": False}, Role.NOBODY),
        ({"is_logged_in": "yes"}, Role.NOBODY),
        ({"iat": NOW - 12 * 3600 - 1, "groups": ["keep"]}, Role.NOBODY),
        ({"iat": None}, Role.NOBODY),
        ({"iat": "soon"}, Role.NOBODY),
    ],
)
def test_the_role_of_a_token(changes: dict[str, Any], role: Role) -> None:
    assert from_claims(oidc(), claims(**changes), NOW).role is role


@pytest.mark.parametrize(
    ("name", "held", "role"),
    [
        ("roles", {"roles": ["keep"]}, Role.MAINTAINER),
        ("realm_access.roles", {"realm_access": {"roles": ["keep"]}}, Role.MAINTAINER),
        ("https://school.example/roles", {"https://school.example/roles": ["keep"]}, Role.MAINTAINER),
        ("realm_access.roles", {"realm_access": ["keep"]}, Role.READER),
        ("realm_access.roles", {"groups": ["keep"]}, Role.READER),
    ],
)
def test_where_the_groups_are(name: str, held: dict[str, Any], role: Role) -> None:
    assert from_claims(oidc(group_claim=name), claims(**held), NOW).role is role


def test_a_sign_in_that_ended_and_an_address_that_does_not_count_are_explained() -> None:
    ended = from_claims(oidc(hours=1), claims(iat=NOW - 3601), NOW)
    assert (ended.name, ended.why) == ("", "Your sign-in has ended, after 1 h. Sign in again.")
    assert "verified" in from_claims(oidc(), claims(email_verified=False), NOW).why
    trusting = oidc(verified_email_only=False)
    assert from_claims(trusting, claims(email="mona@school.example", email_verified=None), NOW).role is Role.MAINTAINER


def headers(*pairs: tuple[str, str]) -> Callable[[str], list[str]]:
    return lambda name: [value for key, value in pairs if key.lower() == name.lower()]


MONA, KEEP = ("X-Forwarded-User", "mona@school.example"), ("X-Forwarded-Groups", "staff, keep")


@pytest.mark.parametrize(
    ("peer", "given", "role"),
    [
        ("10.1.2.3", [MONA], Role.MAINTAINER),
        ("::ffff:10.1.2.3", [MONA], Role.MAINTAINER),
        ("10.1.2.3", [("X-Forwarded-User", "rhea"), KEEP], Role.MAINTAINER),
        ("10.1.2.3", [("X-Forwarded-User", "rhea")], Role.READER),
        ("10.1.2.3", [("X-Forwarded-User", "rhea"), KEEP, ("X-Forwarded-Groups", "none")], Role.READER),
        ("10.1.2.3", [KEEP], Role.NOBODY),
        ("10.1.2.3", [MONA, ("X-Forwarded-User", "rhea")], Role.NOBODY),
        ("10.2.2.3", [MONA], Role.NOBODY),
        ("127.0.0.1", [MONA], Role.NOBODY),
        ("127.0.0.1", [MONA, ("X-Forwarded-For", "10.1.2.3")], Role.NOBODY),
        ("", [MONA], Role.NOBODY),
        ("proxy", [MONA], Role.NOBODY),
    ],
)
def test_headers_count_from_the_proxy_alone(peer: str, given: list[tuple[str, str]], role: Role) -> None:
    assert from_headers(proxy(), peer, headers(*given)).role is role


@pytest.mark.parametrize(
    ("peer", "secret", "networks", "role"),
    [
        ("192.0.2.1", SECRET, (), Role.MAINTAINER),
        ("192.0.2.1", "a guess", (), Role.NOBODY),
        ("192.0.2.1", "", (), Role.NOBODY),
        ("192.0.2.1", "naïve", (), Role.NOBODY),
        ("10.1.2.3", SECRET, ("10.1.0.0/16",), Role.MAINTAINER),
        ("192.0.2.1", SECRET, ("10.1.0.0/16",), Role.NOBODY),
        ("10.1.2.3", "a guess", ("10.1.0.0/16",), Role.NOBODY),
    ],
)
def test_a_secret_counts_and_both_proofs_are_needed_where_both_are_set(
    peer: str, secret: str, networks: tuple[str, ...], role: Role
) -> None:
    how = proxy(proxy_secret=SECRET, trusted_proxies=networks)
    assert from_headers(how, peer, headers(MONA, ("X-Mayshare-Proxy-Secret", secret))).role is role


@pytest.mark.parametrize(
    ("address", "given", "role"),
    [
        ("127.0.0.1", [], Role.MAINTAINER),
        ("127.0.0.1", [("Host", "127.0.0.1:8501")], Role.MAINTAINER),
        ("localhost", [("Host", "localhost:8501")], Role.MAINTAINER),
        ("::1", [("Host", "[::1]:8501")], Role.MAINTAINER),
        ("0.0.0.0", [("Host", "127.0.0.1:8501")], Role.READER),
        ("192.0.2.7", [], Role.READER),
        ("", [], Role.READER),
        # a page of another site whose name was pointed at this machine, and a proxy on this machine
        ("127.0.0.1", [("Host", "evil.example:8501")], Role.READER),
        ("127.0.0.1", [("Host", "localhost.evil.example")], Role.READER),
        ("127.0.0.1", [("Host", "[")], Role.READER),
        ("127.0.0.1", [("Host", "localhost"), ("X-Forwarded-For", "203.0.113.9")], Role.READER),
        ("127.0.0.1", [("Host", "localhost"), ("Forwarded", "for=203.0.113.9")], Role.READER),
        ("127.0.0.1", [("Host", "localhost"), ("X-Real-IP", "203.0.113.9")], Role.READER),
    ],
)
def test_without_sign_in_the_machine_itself_is_trusted(address: str, given: list[tuple[str, str]], role: Role) -> None:
    assert without_sign_in(address, headers(*given)).role is role
