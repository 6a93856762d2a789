"""What the environment says, as the settings want it."""

import os
from decimal import Decimal
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def var_dir() -> Path:
    """Where the application writes, unless told otherwise in a database of its own: LEADWRIGHT_VAR."""
    return Path(os.environ.get("LEADWRIGHT_VAR", PROJECT / "var"))


def flag(name: str, default: bool = False) -> bool:
    """A boolean from the environment: 1, true, yes and on count as true."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list from the environment."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def prices(name: str) -> tuple[Decimal, Decimal] | None:
    """Two numbers from the environment, or nothing."""
    if not (given := words(name)):
        return None
    read, written = given
    return Decimal(read), Decimal(written)


def secret(name: str, default: str = "") -> str:
    """NAME from the environment, else what the file that NAME_FILE names holds: a mounted secret."""
    if given := os.environ.get(name):
        return given
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text().strip() if path else default
