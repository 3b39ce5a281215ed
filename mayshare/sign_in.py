"""The settings of sign-in: how people sign in, and who is what (docs/sign-in.md). `mayshare/roles.py` reads them."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from mayshare.section import Section

MIN_SECRET = 32  # characters
EVERYONE, GROUP = "*", "group:"
HEADER = r"^[A-Za-z0-9-]+$"


class SignIn(Section):
    """How people sign in, and who is what. The three secrets come from the environment alone."""

    method: Literal["none", "oidc", "proxy"] = "none"
    readers: tuple[str, ...] = Field(default=(EVERYONE,), description="who may ask and read; `*`: all who sign in")
    trainers: tuple[str, ...] = Field(default=(), description="who may check answers too")
    maintainers: tuple[str, ...] = Field(default=(), description="who may change the guidance too")
    group_claim: str = Field(default="groups", description="claim that lists groups or roles; dots lead inwards")
    verified_email_only: bool = Field(default=True, description="an e-mail counts only with `email_verified`")
    hours: float = Field(default=12.0, gt=0, le=720, description="hours after which one signs in again")
    public_url: str | None = Field(default=None, description="where people open mayshare: scheme, host, port")
    metadata_url: str | None = Field(default=None, description="the provider's openid-configuration")
    client_id: str | None = None
    client_secret: str | None = Field(default=None, repr=False, description="from the environment alone")
    cookie_secret: str | None = Field(default=None, repr=False, description="from the environment alone")
    provider_name: str = Field(default="", max_length=60, description="on the button: Sign in with …")
    user_header: str = Field(default="X-Forwarded-User", pattern=HEADER)
    group_header: str = Field(default="X-Forwarded-Groups", pattern=HEADER, description="names with commas between")
    secret_header: str = Field(default="X-Mayshare-Proxy-Secret", pattern=HEADER)
    trusted_proxies: tuple[str, ...] = Field(default=(), description="addresses or networks of the proxy")
    proxy_secret: str | None = Field(default=None, repr=False, description="from the environment alone")
    sign_out_url: str | None = Field(default=None, description="where the proxy signs people out")

    @field_validator("readers", "trainers", "maintainers")
    @classmethod
    def _entries(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        for entry in entries:
            if not entry.startswith(GROUP) and (not entry or re.search(r"\s", entry)):
                raise ValueError('an entry is an e-mail, "@domain", "group:NAME" or, for readers, "*"')
        return entries

    @field_validator("trainers", "maintainers")
    @classmethod
    def _not_everyone(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        if EVERYONE in entries:
            raise ValueError('"*" is for readers alone: name people, a domain or a group')
        return entries

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        if any(ip_network(network, strict=False).prefixlen == 0 for network in networks):
            raise ValueError("a network of all addresses trusts everyone; name the proxy's own")
        return networks

    @field_validator("public_url")
    @classmethod
    def _origin(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url.rstrip("/"))
        if not parts.netloc or parts.path or parts.query or "@" in parts.netloc:
            raise ValueError("scheme, host and port alone, such as https://mayshare.school.example")
        _needs_tls(url)
        return f"{parts.scheme}://{parts.netloc}".lower()  # as a browser spells an origin

    @field_validator("metadata_url")
    @classmethod
    def _provider(cls, url: str | None) -> str | None:
        if url is not None:
            _needs_tls(url)
        return url

    @field_validator("sign_out_url")
    @classmethod
    def _sign_out(cls, url: str | None) -> str | None:
        if url is not None and not re.match(r"https?://|/(?!/)", url):
            raise ValueError("an address that starts with https:// or with /")
        return url

    @model_validator(mode="after")
    def _complete(self) -> SignIn:
        if self.method == "oidc":
            needed = ("public_url", "metadata_url", "client_id", "client_secret", "cookie_secret")
            missing = [_setting(name) for name in needed if not getattr(self, name)]
            if missing:
                raise ValueError(f'method "oidc" needs {", ".join(missing)}')
            _long_enough("cookie_secret", self.cookie_secret)
        if self.method == "proxy":
            if not self.trusted_proxies and not self.proxy_secret:
                raise ValueError(f'method "proxy" needs trusted_proxies or {_setting("proxy_secret")}, best both')
            _long_enough("proxy_secret", self.proxy_secret)
        return self


SECRETS = ("client_secret", "cookie_secret", "proxy_secret")


def _setting(name: str) -> str:
    return f"MAYSHARE_SIGN_IN__{name.upper()} in the environment" if name in SECRETS else name


def _long_enough(name: str, secret: str | None) -> None:
    if secret is not None and len(secret) < MIN_SECRET:
        raise ValueError(
            f"{_setting(name)} is too short: make one with "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )


def _needs_tls(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError("https is needed, except on this machine: who signs in could be read on the way")


def is_loopback(address: str) -> bool:
    """Does this address or host name mean this machine alone?"""
    if address == "localhost":
        return True
    found = address_of(address)
    return found is not None and found.is_loopback


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """An address as a number; None where the text is a name, or nothing."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None  # a socket for both kinds shows IPv4 so
    return mapped or found
