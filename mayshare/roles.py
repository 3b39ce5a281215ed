"""Who asks and what they may do, from what is known of a person.

Nothing here knows Streamlit: `pages/access.py` brings the claims and the headers.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from ipaddress import ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mayshare.sign_in import EVERYONE, GROUP, SignIn, address_of, is_loopback

# what a proxy adds to a request that it passes on
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


class Role(IntEnum):
    """Each role may do what the ones before it may."""

    NOBODY = 0
    READER = 1
    TRAINER = 2
    MAINTAINER = 3


class Person(NamedTuple):
    """Who asks. It is made anew whenever a page is drawn or an action begins; it is never logged or stored.

    Attributes:
        role: what they may do.
        name: shown to themselves alone; empty where nobody signed in.
        why: words for the person where the role is less than they may expect.
    """

    role: Role
    name: str = ""
    why: str = ""


def role_of(sign_in: SignIn, user: str, groups: Iterable[str]) -> Role:
    """The highest role that an entry gives; the least where none but `*` does."""
    held = set(groups)
    lists = ((Role.MAINTAINER, sign_in.maintainers), (Role.TRAINER, sign_in.trainers), (Role.READER, sign_in.readers))
    for role, entries in lists:
        if any(_names(entry, user.lower(), held) for entry in entries):
            return role
    return Role.NOBODY


def _names(entry: str, user: str, groups: set[str]) -> bool:
    """Does an entry of the settings name this person? Users in small letters, groups as the provider spells them."""
    if entry.startswith(GROUP):
        return entry.removeprefix(GROUP) in groups
    if entry.startswith("@"):
        return "@" in user and user.rpartition("@")[2] == entry[1:].lower()
    return entry == EVERYONE or (bool(user) and user == entry.lower())


def from_claims(sign_in: SignIn, claims: Mapping[str, Any], now: float) -> Person:
    """The person of an ID token, whose signature was checked when they signed in.

    Args:
        sign_in: the settings.
        claims: the token's claims, with Streamlit's `is_logged_in`.
        now: seconds since 1970, against which the token's `iat` is held.
    """
    if claims.get("is_logged_in") is not True:
        return Person(Role.NOBODY)
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or now - issued > sign_in.hours * 3600:
        return Person(Role.NOBODY, why=f"Your sign-in has ended, after {sign_in.hours:g} h. Sign in again.")
    email = str(claims.get("email") or "")
    counts = not sign_in.verified_email_only or claims.get("email_verified") in (True, "true")
    role = role_of(sign_in, email if counts else "", _groups(claims, sign_in.group_claim))
    why = ""
    if email and not counts:
        why = "Your provider doesn't say that your e-mail address is verified, so it gives you no role here."
    return Person(role, str(claims.get("name") or email or "an account without a name"), why)


def _groups(claims: Mapping[str, Any], name: str) -> list[str]:
    found: Any = claims.get(name)
    if found is None:  # a claim's name may hold dots itself; else they lead inwards
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found]
    return [group for group in found if isinstance(group, str)] if isinstance(found, list | tuple) else []


def from_headers(sign_in: SignIn, peer: str, header: Callable[[str], Sequence[str]]) -> Person:
    """The person whom the institution's proxy names, if it was the proxy that sent the request.

    Args:
        sign_in: the settings.
        peer: address of the machine at the other end of the connection itself.
        header: all values of a header.
    """
    if not _from_proxy(sign_in, peer, header(sign_in.secret_header)):
        return Person(Role.NOBODY, why="This page was not opened through your institution's sign-in. Open it there.")
    users = [user.strip() for user in header(sign_in.user_header)]
    # two values: one of them may have come from outside, past a proxy that adds its own without taking others out
    if len(users) != 1 or not users[0]:
        return Person(Role.NOBODY, why="Your institution's sign-in didn't say who you are. Sign in there first.")
    lists = header(sign_in.group_header)
    groups = [group.strip() for group in lists[0].split(",")] if len(lists) == 1 else []
    return Person(role_of(sign_in, users[0], groups), users[0])


def _from_proxy(sign_in: SignIn, peer: str, secrets: Sequence[str]) -> bool:
    """Both proofs where both are set; never neither."""
    if sign_in.proxy_secret:
        wanted = sign_in.proxy_secret.encode()
        if len(secrets) != 1 or not hmac.compare_digest(secrets[0].encode(), wanted):
            return False
    if sign_in.trusted_proxies:
        address = address_of(peer)
        networks = [ip_network(network, strict=False) for network in sign_in.trusted_proxies]
        return address is not None and any(address in network for network in networks)
    return bool(sign_in.proxy_secret)


def without_sign_in(address: str, header: Callable[[str], Sequence[str]]) -> Person:
    """Whoever sits at the machine may do everything; whoever comes from elsewhere is a reader.

    A server on loopback can be reached from elsewhere too: through a proxy on this machine, or by a web page whose
    name was pointed at 127.0.0.1. Both show in the headers.

    Args:
        address: the address on which the server listens.
        header: all values of a header.
    """
    local = all(_is_this_machine(host) for host in header("host"))
    if is_loopback(address) and local and not any(header(name) for name in FORWARDED):
        return Person(Role.MAINTAINER)
    return Person(Role.READER, why="This server has no sign-in, so everyone who comes from elsewhere is a reader.")


def _is_this_machine(host: str) -> bool:
    """Does a `Host` header name this machine?"""
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:  # a bracket without its other half
        return False
