"""Which addresses may be asked: the host, the scheme, and the machine that the host's name leads to.

The name is resolved once a connection, each of its addresses is checked, and the connection goes to one
that was checked: a name that leads elsewhere a moment later (DNS rebinding) gains nothing. TLS still
checks the certificate against the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import httpcore
import httpx

from mayshare.errors import AddressRefusedError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address stands in its last 32 bits
Resolver = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the operating system gives them. Raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Is this an address of the open internet: not private, loopback, link-local, shared, multicast or reserved?"""
    ip = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if mapped is not None:
        return is_public(str(mapped))
    if ip in _NAT64:
        return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    teredo = getattr(ip, "teredo", None)
    return ip.is_global and not ip.is_multicast and teredo is None


class Guard:
    """Says no by raising AddressRefusedError."""

    def __init__(
        self,
        hosts: Iterable[str],
        loopback: bool = False,
        plain_http: bool = False,
        resolver: Resolver = resolve,
    ) -> None:
        """Args: `loopback` lets this machine be asked, over plain http too; `plain_http` lets any host be."""
        self.hosts = frozenset(host.lower() for host in hosts)
        self._loopback, self._plain_http, self._resolve = loopback, plain_http, resolver

    def check_url(self, url: httpx.URL) -> None:
        """Scheme, host and form of an address."""
        host = url.host.lower()
        local = self._loopback and host in LOOPBACK_NAMES
        if url.scheme != "https" and not (url.scheme == "http" and (local or self._plain_http)):
            raise AddressRefusedError(str(url), "only https addresses are fetched.", "Name its https address.")
        if url.userinfo:
            raise AddressRefusedError(url.copy_with(userinfo=b"").__str__(), "an address may not hold a password.")
        if host not in self.hosts:
            mend = f"Add {host} to `hosts` under [fetch] in mayshare.toml if it is an official source."
            raise AddressRefusedError(str(url), f"{host} is not on the list of hosts that may be asked.", mend)

    def addresses(self, host: str, port: int) -> list[str]:
        """Addresses of a name, all of them checked.

        Raises:
            AddressRefusedError: one of them is not a public one; a name that mixes both is not to be trusted.
            OSError: the name has none.
        """
        found = self._resolve(host, port)
        for address in found:
            if not is_public(address) and not (self._loopback and ipaddress.ip_address(address).is_loopback):
                raise AddressRefusedError(
                    host, f"the name leads to {address}, which is not a public address.", "Nothing was asked."
                )
        if not found:
            raise OSError(f"{host} has no address")
        return found


class _CheckedBackend(httpcore.SyncBackend):
    """Connects to addresses that the guard has checked, and to no other."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        try:
            addresses = self._guard.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for last, address in enumerate(addresses, start=1):
            try:
                return super().connect_tcp(address, port, *args, **kwargs)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")  # the guard gives one at least

    def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise AddressRefusedError(path, "a socket file is no official source.")


def transport(guard: Guard) -> httpx.HTTPTransport:
    """A transport that connects as the guard allows. Proxies are not used: they would resolve names themselves."""
    context = _tls()
    made = httpx.HTTPTransport(verify=context, trust_env=False)
    made._pool = httpcore.ConnectionPool(ssl_context=context, max_connections=4, network_backend=_CheckedBackend(guard))
    return made


@cache
def _tls() -> ssl.SSLContext:
    """Trusted certificates, read once: it takes a good part of a second."""
    return httpx.create_ssl_context()
