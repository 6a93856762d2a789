"""Keys of the site itself: from the environment, from a file, or made once and kept in the var directory."""

import base64
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from crm.environment import secret


def secret_key(directory: Path) -> str:
    """SECRET_KEY (or SECRET_KEY_FILE), else the one in <directory>/secret_key, made on first use (mode 0600)."""
    return secret("SECRET_KEY") or _kept(
        directory / "secret_key", lambda: secrets.token_urlsafe(50), or_set="SECRET_KEY"
    )


def encryption_keys(directory: Path) -> list[str]:
    """
    The Fernet keys for secrets at rest, newest first: ENCRYPTION_KEYS with commas, or a line each in the file that
    ENCRYPTION_KEYS_FILE names, else the one in <directory>/encryption_key, made on first use (mode 0600).
    """
    given = secret("ENCRYPTION_KEYS")
    if not given.strip():
        given = _kept(directory / "encryption_key", _new_fernet_key, or_set="ENCRYPTION_KEYS")
    return given.replace(",", " ").split()


def _new_fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _kept(path: Path, make: Callable[[], str], *, or_set: str) -> str:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip() or _wait_for(path, or_set)
    with os.fdopen(handle, "w") as file:
        key = make()
        file.write(key)
    return key


def _wait_for(path: Path, or_set: str) -> str:
    """Another process has just made the file and is about to write it."""
    for _ in range(50):
        time.sleep(0.02)
        if key := path.read_text().strip():
            return key
    raise RuntimeError(f"{path} is empty; delete it or set {or_set}")
