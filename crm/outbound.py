"""The guarded way out to addresses that customers gave us: never into our own network, never led elsewhere."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError

#: Seconds for the whole exchange, and bytes of the answer that are looked at.
BUDGET = 10.0
MOST_BYTES = 16 * 1024

#: Ranges that lead back to IPv4 addresses by another name, which Python counts as global.
_DISGUISES = [
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
]

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(Exception):
    """The address is none that we send anything to; the words say why."""


class Unreachable(Exception):
    """Nothing usable came back: no name, no connection, no answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, and the beginning of the body for the log."""

    status: int
    excerpt: str
    seconds: float


def check(url: str) -> SplitResult:
    """The address in its parts, if it is one that could be sent to. Its name is looked up only when sending."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("This is not a web address.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.OUTBOUND_ALLOWS_HTTP):
        raise Forbidden("The address must begin with https://")
    if not parts.hostname or parts.username or parts.password or port == 0:
        raise Forbidden("The address needs a host name, and may hold no log-in.")
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """
    POST the body, once, to the address that was checked: the name is looked up once and the connection pinned to it.

    Redirects are not followed. Raises Forbidden for private, loopback, link-local, multicast and translated ranges,
    Unreachable for everything that kept a status from coming within BUDGET seconds. With a status it has arrived, even
    if what follows it does not.
    """
    parts = check(url)
    begun = time.monotonic()
    timeout = urllib3.Timeout(connect=BUDGET / 2, read=BUDGET, total=BUDGET)
    pool = _pool_to(_public_address(parts), parts, timeout)
    pool.ConnectionCls = _until(begun + BUDGET, pool.ConnectionCls)
    try:
        answer = pool.urlopen(
            "POST",
            parts._replace(scheme="", netloc="", fragment="").geturl() or "/",
            body=body,
            headers={**headers, "Host": parts.netloc},
            redirect=False,
            retries=False,
            preload_content=False,
            assert_same_host=False,
        )
        excerpt = b""
        with contextlib.suppress(HTTPError, OSError):
            excerpt = answer.read(MOST_BYTES, decode_content=False)
        answer.close()
    except (HTTPError, OSError) as error:
        raise Unreachable(type(error).__name__) from error
    finally:
        pool.close()
    return Answer(answer.status, excerpt.decode("utf-8", "replace")[:1000], time.monotonic() - begun)


def _pool_to(address: Address, parts: SplitResult, timeout: urllib3.Timeout) -> urllib3.HTTPConnectionPool:
    """Connections to the pinned address that prove themselves by the certificate of the name."""
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(str(address), parts.port or 80, timeout=timeout, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        str(address),
        parts.port or 443,
        timeout=timeout,
        maxsize=1,
        assert_hostname=parts.hostname,
        server_hostname=parts.hostname,
    )


def _until(moment: float, kind: type[Any]) -> type[Any]:
    """
    Connections that are cut at this moment of the monotonic clock, whatever is going on.

    The timeouts are those of one read: whoever sends a byte now and then would hold us for as long as they like.
    """

    class Bounded(kind):
        _alarm: threading.Timer | None = None

        def connect(self) -> None:
            super().connect()
            self._alarm = threading.Timer(max(0.0, moment - time.monotonic()), _cut, [self.sock])
            self._alarm.daemon = True
            self._alarm.start()

        def close(self) -> None:
            if self._alarm:
                self._alarm.cancel()
            super().close()

    return Bounded


def _cut(connected: socket.socket) -> None:
    """To be called by another thread than the one that reads; beneath TLS, which would want to say goodbye."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _public_address(parts: SplitResult) -> Address:
    """The first address of the name; refused when any of its addresses is not public."""
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"The name {host} could not be looked up.") from None
    addresses = [ipaddress.ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
    for address in addresses:
        if not is_public(address):
            raise Forbidden(f"{host} leads to {address}, which is not a public address.")
    return addresses[0]


def is_public(address: Address) -> bool:
    """Whether this is a machine somewhere on the internet, and nothing of ours or of the neighbourhood."""
    if any(address in ipaddress.ip_network(network) for network in settings.OUTBOUND_ALLOWED_NETWORKS):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _DISGUISES):
            return False
    return address.is_global and not address.is_multicast
