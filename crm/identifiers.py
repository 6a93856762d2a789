"""How new rows get their public names."""

import secrets
import uuid

import uuid_utils.compat

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letters that read like digits


def new_uuid() -> uuid.UUID:
    """A UUIDv7: unguessable, and new ones sort last, so that indexes stay compact."""
    return uuid_utils.compat.uuid7()


def opaque(prefix: str, length: int = 16) -> str:
    """An opaque public id such as acc_8f3a1b2c…; 16 characters carry 80 random bits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def account_id() -> str:
    return opaque("acc_")


def sequence_id() -> str:
    return opaque("seq_")


def requirement_id() -> str:
    return opaque("req_")
