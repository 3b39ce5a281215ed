"""Who may do what: readers ask and read, trainers check answers too, maintainers change the guidance too.

Every page and every action asks at the moment when it is drawn or begun. A menu or a button that isn't shown keeps
nobody out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from mayshare.config import load_settings
from mayshare.errors import NotAllowedError
from mayshare.roles import Person, Role, from_claims, from_headers, without_sign_in
from mayshare.sign_in import SignIn

__all__ = ["Role", "allows", "guarded", "person", "require", "role", "sign_in"]
P = ParamSpec("P")
R = TypeVar("R")


def sign_in() -> SignIn:
    """The settings of sign-in; read anew, so that who is taken off a list loses the role at once."""
    return load_settings().sign_in


def person() -> Person:
    """Who asks, from the sign-in of this browser or the headers of this connection."""
    how, header = sign_in(), st.context.headers.get_all
    if how.method == "oidc":
        return from_claims(how, st.user.to_dict(), time.time())
    if how.method == "proxy":
        # None is what Streamlit says for loopback; serve.py sees to it that no header can change the address
        return from_headers(how, st.context.ip_address or "127.0.0.1", header)
    return without_sign_in(st.get_option("server.address") or "", header)


def role() -> Role:
    """The role of the present user."""
    return person().role


def allows(needed: Role) -> bool:
    """May the present user do what asks for this role?"""
    return role() >= needed


def require(needed: Role) -> None:
    """Go on only if the present user has the role.

    Raises:
        NotAllowedError: they don't; the message says what is needed and whom to ask.
    """
    if not allows(needed):
        raise NotAllowedError(
            f"This is for {needed.name.lower()}s. Nothing was done. Ask whoever runs this server for access."
        )


def guarded(needed: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate an action so that it asks for the role each time it is called, before anything else."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            require(needed)
            return function(*args, **kwargs)

        asked.__dict__["needs"] = needed
        return asked

    return decorate
