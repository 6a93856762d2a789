"""Keys for callers of the contracts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.models import Credential, CredentialKind, Organization

type KeyOf = Callable[..., str]


@pytest.fixture
def key_of() -> KeyOf:
    """A new key's secret: key_of(organization, "recoverbiz", permission="read")."""

    def issue(organization: Organization, kind: str = CredentialKind.RECOVERBIZ, **about: Any) -> str:
        return Credential.issue(kind, organization=organization, **about)[1]

    return issue
