"""A mail server of the tests' own, on 127.0.0.1, that takes, refuses or breaks off as it is told."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import ipaddress
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        """The first connection must know which port the system chose."""
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class FakeMailServer:
    """says: "accept", a reply at RCPT ("rcpt 550 …"), at MAIL ("mail 553 …") or after the text ("data 451 …"),
    "hang_up_in_data" or "take_and_hang_up"."""

    def __init__(self, **options: Any) -> None:
        self.says = "accept"
        self._is_closed = False
        self.taken: list[EmailMessage] = []
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0, **options)
        self._controller.start()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def close(self) -> None:
        if not self._is_closed:
            self._controller.stop()
        self._is_closed = True

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.says.startswith("mail "):
            return self.says.removeprefix("mail ")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.says.startswith("rcpt "):
            return self.says.removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.says.startswith("data "):
            return self.says.removeprefix("data ")
        if self.says == "hang_up_in_data":
            return self._hang_up(server)
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return self._hang_up(server) if self.says == "take_and_hang_up" else "250 OK"

    def _hang_up(self, server: SMTP) -> str:
        assert server.transport is not None
        server.transport.abort()
        return "250 never read"


def own_certificate(folder: Path) -> ssl.SSLContext:
    """TLS for 127.0.0.1 with a certificate of its own making, <folder>/certificate.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
