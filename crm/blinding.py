"""Digests that only who has the organisation's key can make: to know something again without keeping it."""

from __future__ import annotations

import secrets
from functools import lru_cache

from crm.encryption import decrypt, encrypt, is_current
from crm.models import AuditChain


def key_of(organization_id: int) -> bytes:
    """The organisation's, made when it is first needed; it lies beside its audit chain, encrypted."""
    chain, _made = AuditChain.objects.get_or_create(
        organization_id=organization_id, defaults={"locked_key": new_locked_key()}
    )
    return opened(chain.locked_key)


def new_locked_key() -> str:
    return encrypt(secrets.token_hex(32))


def relock() -> int:
    """Close the keys with the newest encryption key; how many were closed with an older one."""
    count = 0
    for chain in AuditChain.objects.order_by("pk"):
        old = chain.locked_key
        if not is_current(old):
            new = encrypt(decrypt(old))
            count += AuditChain.objects.filter(pk=chain.pk, locked_key=old).update(locked_key=new)
    return count


@lru_cache(maxsize=1000)
def opened(locked: str) -> bytes:
    return bytes.fromhex(decrypt(locked))
