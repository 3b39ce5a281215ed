"""Who may do what: readers ask and read, trainers check answers, maintainers change the guidance.

On loopback, whoever sits at the machine may do everything; open to others without sign-in, everyone is a reader.
"""

from __future__ import annotations

import ipaddress
from enum import IntEnum

import streamlit as st


class Role(IntEnum):
    """Each role may do what the ones before it may."""

    READER = 1
    TRAINER = 2
    MAINTAINER = 3


def role() -> Role:
    """The role of the present user."""
    return Role.MAINTAINER if is_loopback(st.get_option("server.address") or "") else Role.READER


def allows(needed: Role) -> bool:
    """May the present user do what asks for this role?"""
    return role() >= needed


def require(needed: Role) -> None:
    """Stop the page with a word on why, unless the present user has the role."""
    if not allows(needed):
        st.error(f"This page is for {needed.name.lower()}s. Ask whoever runs this server for access.")
        st.stop()


def is_loopback(address: str) -> bool:
    """Does a server on this address listen to this machine alone?"""
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
