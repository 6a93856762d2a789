"""PostgreSQL and Redis by TLS: as docs/security.md has it, and only with a server whose certificate is vouched for."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from crm import backups
from crm.redis_client import redis_at
from tests.faults.postgres import NotInstalled, Server, free_port, own_folder, own_server
from tests.faults.world import wait_until


def certify(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that vouches for itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "server.crt", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, plain))
    private.chmod(0o600)
    if os.getuid() == 0:
        shutil.chown(private, "postgres")
    return certificate, private


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Server, Path]]:
    """With the file that vouches for it."""
    try:
        with own_folder() as folder:
            certificate, key = certify(folder)
            with own_server("ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={key}") as started:
                yield started, certificate
    except NotInstalled as error:
        pytest.skip(str(error))


_LOOK = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    print(cursor.fetchone()[0])
"""


def asked(url: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """By manage.py, which reads DATABASE_URL."""
    told = os.environ | {"DATABASE_URL": url, "LEADWRIGHT_VAR": str(tmp_path), "PRODUCTION": "0"}
    command = ["manage.py", "shell", "--no-imports", "-c", _LOOK]
    return subprocess.run(
        [sys.executable, *command],
        cwd=Path(__file__).parents[2], env=told, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_postgresql_is_asked_by_tls_and_by_its_name(server: tuple[Server, Path], tmp_path: Path) -> None:
    started, authority = server
    checked = f"{started.url}?sslmode=verify-full&sslrootcert={authority}"
    assert asked(checked, tmp_path).stdout.strip() == "True"
    (tmp_path / "other").mkdir()
    stranger, _ = certify(tmp_path / "other")
    refused = asked(f"{started.url}?sslmode=verify-full&sslrootcert={stranger}", tmp_path)
    assert "certificate verify failed" in refused.stderr
    elsewhere = asked(checked.replace("127.0.0.1", "localhost"), tmp_path)
    assert elsewhere.returncode
    assert "does not match host name" in elsewhere.stderr


def test_backups_trust_no_other_server(monkeypatch: pytest.MonkeyPatch, server: tuple[Server, Path]) -> None:
    started, authority = server
    given = {"NAME": "postgres", "USER": "postgres", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": started.port}
    options = {"server_side_binding": True, "sslmode": "verify-full", "sslrootcert": str(authority)}
    monkeypatch.setattr(connection, "settings_dict", given | {"OPTIONS": options})
    assert "PostgreSQL database dump" in backups._run(["pg_dump", "--schema-only"])
    options["sslrootcert"] = "/nowhere.pem"
    with pytest.raises(backups.BackupFailed, match="nowhere"):
        backups._run(["pg_dump", "--schema-only"])


def test_redis_is_asked_by_tls(tmp_path: Path) -> None:
    if not (program := shutil.which("redis-server")):
        pytest.skip("redis-server is nowhere to be found")
    certificate, key = certify(tmp_path)
    port = free_port()
    given = ["--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "s3cret",
             "--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-ca-cert-file", str(certificate),
             "--tls-auth-clients", "no"]  # fmt: skip
    with subprocess.Popen([program, *given], stdout=subprocess.DEVNULL) as process:
        try:
            url = f"rediss://:s3cret@127.0.0.1:{port}/0"
            assert wait_until(lambda: answers(f"{url}?ssl_ca_certs={certificate}"), 10)
            assert not answers(url), "nobody vouches for it"
            assert not answers(f"redis://:s3cret@127.0.0.1:{port}/0")
        finally:
            process.kill()


def answers(url: str) -> bool:
    try:
        return bool(redis_at(url).ping())
    except redis.RedisError:
        return False
