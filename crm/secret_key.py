"""The signing key: from the environment, or made once and kept in the var directory."""

import os
import secrets
from pathlib import Path


def secret_key(directory: Path) -> str:
    """SECRET_KEY from the environment, else the one in <directory>/secret_key, made on first use (mode 0600)."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = directory / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip() or _wait_for(path)
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


def _wait_for(path: Path) -> str:
    """Another process has just made the file and is about to write it."""
    import time

    for _ in range(50):
        time.sleep(0.02)
        if key := path.read_text().strip():
            return key
    raise RuntimeError(f"{path} is empty; delete it or set SECRET_KEY")
