"""Who is calling: the key behind a secret, and the account that it may open. One short statement each."""

from __future__ import annotations

from django.http import HttpRequest

from api.rows import Columns, fetch_one
from crm.models import Credential, Organization
from crm.models.credential import digest_of

_CREDENTIAL = Columns(Credential, "c")
_ORGANIZATION = Columns(Organization, "o")


def shown_credential(request: HttpRequest, secret: str) -> Credential | None:
    """
    The key with this secret, whatever its state, with its organisation.

    Looked up once for each request, however many doors ask.
    """
    known: dict[str, Credential | None] = request.__dict__.setdefault("_shown_credentials", {})
    if secret not in known:
        known[secret] = _credential(digest_of(secret))
    return known[secret]


def _credential(digest: str) -> Credential | None:
    row = fetch_one(
        f"SELECT {_CREDENTIAL.sql}, {_ORGANIZATION.sql} FROM crm_credential c"  # noqa: S608
        " LEFT JOIN crm_organization o ON o.id = c.organization_id WHERE c.digest = %s",
        [digest],
    )
    if row is None:
        return None
    width = len(_CREDENTIAL.names)
    credential = _CREDENTIAL.instance(row[:width])
    if credential.organization_id is not None:
        credential.organization = _ORGANIZATION.instance(row[width:])
    return credential


def account_of(credential: Credential, public_id: str) -> Organization | None:
    """The organisation of the key's partner that has this public id."""
    row = fetch_one(
        f"SELECT {_ORGANIZATION.sql} FROM crm_organization o WHERE o.public_id = %s AND o.partner_id = %s",  # noqa: S608
        [public_id, credential.partner_id],
    )
    return _ORGANIZATION.instance(row) if row else None
