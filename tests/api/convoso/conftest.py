"""Acme's dialler, and the rival's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from crm.models import CredentialKind, Organization
from leads.models import DialList, Lead
from tests.api.caller import Caller
from tests.api.conftest import KeyOf

PHONE = "4155551234"
FORM = "application/x-www-form-urlencoded"


class Dialler(Caller):
    """Sends forms: dialler.insert(phone_number="4155551234") -> the answer's JSON."""

    def __init__(self, token: str, list_id: int = 0, prefix: str = "/v1") -> None:
        super().__init__(prefix)
        self.token, self.list_id = token, list_id

    def form(self, path: str, **parameters: Any) -> Any:
        """The whole answer to a POST of a form."""
        body = urlencode({"auth_token": self.token, **parameters})
        return self.post(path, body, Content_Type=FORM)

    def ask(self, path: str, **parameters: Any) -> dict[str, Any]:
        return dict(self.form(path, **parameters).json())

    def insert(self, **parameters: Any) -> dict[str, Any]:
        return self.ask("/leads/insert", **{"list_id": self.list_id, "phone_number": PHONE, **parameters})

    def inserted(self, **parameters: Any) -> Lead:
        answer = self.insert(**parameters)
        assert answer["success"], answer
        return Lead.objects.get(pk=answer["id"])

    def update(self, lead: Lead, **parameters: Any) -> dict[str, Any]:
        return self.ask("/leads/update", lead_id=lead.pk, **parameters)

    def search(self, **filters: Any) -> list[dict[str, Any]]:
        answer = self.ask("/leads/search", **filters)
        assert answer["success"], answer
        return list(answer["results"])

    def found(self, **filters: Any) -> list[int]:
        return [int(lead["id"]) for lead in self.search(**filters)]


@pytest.fixture
def dial_list(organization: Organization) -> DialList:
    return DialList.objects.create(organization=organization, name="Spring refinances")


@pytest.fixture
def other_list(organization: Organization) -> DialList:
    return DialList.objects.create(organization=organization, name="Autumn refinances")


@pytest.fixture
def api(organization: Organization, dial_list: DialList, key_of: KeyOf) -> Dialler:
    """Acme's token; inserts go into dial_list."""
    return Dialler(key_of(organization, CredentialKind.CONVOSO), dial_list.pk)


@pytest.fixture
def as_charlie(other_organization: Organization, key_of: KeyOf) -> Dialler:
    """The rival's token, with a list of the rival's own."""
    own = DialList.objects.create(organization=other_organization, name="Rival's list")
    return Dialler(key_of(other_organization, CredentialKind.CONVOSO), own.pk)
