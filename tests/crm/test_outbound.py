"""The guarded way out."""

import contextlib
import ipaddress
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from crm import outbound
from tests.channels.fake_smtp import own_certificate


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "100.64.0.1",
        "255.255.255.255", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::808:808", "2002:7f00:1::", "::", "::7f00:1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_out_there_are_refused(address: str) -> None:
    assert not outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_out_there_are_not(address: str) -> None:
    assert outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com", "https://", "https://user:pass@example.com/", "javascript:alert(1)",
        "https://example.com:99999/", "https://[::1", "",
    ],
)  # fmt: skip
def test_what_is_no_address_for_us_is_refused(url: str) -> None:
    with pytest.raises(outbound.Forbidden):
        outbound.check(url)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://2130706433/"])
def test_names_that_lead_home_are_refused_when_connecting(url: str) -> None:
    with pytest.raises((outbound.Forbidden, outbound.Unreachable)):
        outbound.post(url, b"{}", {})


def test_one_private_address_among_many_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr("socket.getaddrinfo", both)
    with pytest.raises(outbound.Forbidden, match=r"10\.0\.0\.1"):
        outbound.post("https://two-faced.example/", b"{}", {})


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("begins", "status"), [(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", 200), (b"HTTP/1.1", None)]
)
def test_whoever_answers_byte_by_byte_is_left_when_the_time_is_up(
    begins: bytes,
    status: int | None,
    scheme: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS, settings.OUTBOUND_ALLOWS_HTTP = ["127.0.0.0/8"], True
    monkeypatch.setattr(outbound, "BUDGET", 1.0)
    context = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        with contextlib.suppress(OSError), listening.accept()[0] as plain:
            connected = context.wrap_socket(plain, server_side=True) if scheme == "https" else plain
            connected.recv(65536)
            connected.sendall(begins)
            for _ in range(100):
                connected.sendall(b" ")
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    begun = time.monotonic()
    url = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/"
    if status is None:
        with pytest.raises(outbound.Unreachable):
            outbound.post(url, b"{}", {})
    else:
        assert outbound.post(url, b"{}", {}).status == status
    assert time.monotonic() - begun < 3
    listening.close()
