"""Clients that openapi-python-client makes of the served documents, at work against the running server."""

from __future__ import annotations

import importlib
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from api.openapi.contracts import CONTRACTS
from crm.models import Advisor, CredentialKind, Organization
from leads.models import DialList
from tests.api.conftest import KeyOf

type Generated = Callable[[str], SimpleNamespace]


@pytest.fixture(scope="module")
def generated(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """The client of a contract: generated("lendworks") has .api("leads"), .models and .client. A warning fails."""
    folder = tmp_path_factory.mktemp("clients")
    sys.path.insert(0, str(folder))
    (folder / "settings.yml").write_text("post_hooks: []\n")

    def client_of(slug: str) -> SimpleNamespace:
        name = f"{slug}_client"
        if not (folder / name).exists():
            _generate(f"{live_server.url}/api/docs/{slug}/openapi.json", folder, name)
        return SimpleNamespace(
            api=lambda module: importlib.import_module(f"{name}.api.{module}"),
            models=importlib.import_module(f"{name}.models"),
            client=importlib.import_module(f"{name}.client"),
            base=f"{live_server.url}{CONTRACTS[slug].prefix}",
        )

    yield client_of
    sys.path.remove(str(folder))


def _generate(url: str, folder: Path, name: str) -> None:
    document = folder / f"{name}.json"
    document.write_bytes(urllib.request.urlopen(url).read())  # noqa: S310  (the test's own server)
    tool = Path(sys.executable).with_name("openapi-python-client")
    options = ["--path", document, "--output-path", folder / name, "--config", folder / "settings.yml"]
    done = subprocess.run(
        [tool, "generate", "--meta", "none", "--fail-on-warning", *options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("slug", list(CONTRACTS))
def test_every_operation_has_its_function(slug: str, generated: Generated) -> None:
    made = generated(slug)
    for operation in CONTRACTS[slug].operations.values():
        module = importlib.import_module(f"{made.api(operation.tag.lower()).__name__}.{operation.name}")
        assert callable(module.sync)


def test_lendworks(generated: Generated, transactional_db: None, organization: Organization, key_of: KeyOf) -> None:
    made = generated("lendworks")
    models, leads = made.models, _functions(made, "leads")
    client = made.client.AuthenticatedClient(base_url=made.base, token=key_of(organization, CredentialKind.LENDWORKS))
    new = models.NewLead(business_name="Acme Corp", requested_amount="250000", tags=["technology"])
    created = leads("create_lead").sync(client=client, body=new, idempotency_key="once")
    assert isinstance(created, models.LeadAnswer)
    again = leads("create_lead").sync(client=client, body=new, idempotency_key="once")
    assert again == created
    listed = leads("list_leads").sync(client=client, search="acme")
    assert [lead.id for lead in listed.data] == [created.data.id]
    assert (listed.meta.total, listed.meta.has_more) == (1, False)
    lead_id = created.data.id
    changed = leads("update_lead").sync(lead_id, client=client, body=models.LeadChanges(email="jane@acme.example"))
    assert changed.data.attributes.email == "jane@acme.example"
    read = leads("get_lead").sync(lead_id, client=client)
    assert read.data == changed.data
    assert read.data.attributes.created_at.tzinfo
    refused = leads("create_lead").sync(client=client, body=models.NewLead(email="nobody"))
    assert isinstance(refused, models.Error)
    assert [(each.code, each.detail.field) for each in refused.errors] == [("VALIDATION_ERROR", "email")]


def test_userleads(
    generated: Generated, transactional_db: None, organization: Organization, bob: Advisor, key_of: KeyOf
) -> None:
    made = generated("userleads")
    models, leads, companies = made.models, _functions(made, "leads"), _functions(made, "companies")
    key = key_of(organization, CredentialKind.USERLEADS, advisor=bob)
    client = made.client.AuthenticatedClient(base_url=made.base, token=key)
    company = companies("create_company").sync(client=client, body=models.NewCompany(name="Cedarworks"))
    created = leads("create_lead").sync(client=client, body=models.NewLead(company_id=company.id, notes="Fair"))
    assert isinstance(created, models.Lead)
    listed = leads("list_leads").sync(client=client, company_id=company.id, limit=10)
    assert (listed.data, listed.next_cursor, listed.has_more) == ([created], None, False)
    wanted = models.LeadChanges(notes="Called")
    changed = leads("update_lead").sync(created.id, client=client, body=wanted)
    assert changed.notes == "Called"
    assert leads("get_lead").sync(created.id, client=client) == changed
    refused = leads("create_lead").sync(client=client, body=models.NewLead(company_id=company.id + 1))
    assert refused == models.Error(error="Company not found")


def test_recoverbiz(generated: Generated, transactional_db: None, organization: Organization, key_of: KeyOf) -> None:
    made = generated("recoverbiz")
    models, leads, sequences = made.models, _functions(made, "leads"), _functions(made, "sequences")
    client = made.client.AuthenticatedClient(
        base_url=made.base, token=key_of(organization), prefix="", auth_header_name="X-Partner-Key"
    )
    account, phone = organization.public_id, "+14155551234"
    new = models.LeadImport(phone=phone, name="John Doe", metadata=models.LeadImportMetadataType0())
    created = leads("import_lead").sync(account, client=client, body=new)
    assert isinstance(created, models.ImportAnswer)
    assert (created.action, created.lead.phone) == ("created", phone)
    bulk = leads("import_leads").sync(account, client=client, body=models.BulkImport(leads=[new, {"phone": "none"}]))
    assert (bulk.skipped, [each.code for each in bulk.errors]) == (1, ["invalid_phone"])
    listed = leads("list_leads").sync(account, client=client)
    assert [lead.name for lead in listed.leads] == ["John Doe"]
    changed = leads("update_lead").sync(account, phone, client=client, body=models.LeadChanges(company="Doe Inc"))
    assert changed.lead.company == "Doe Inc"
    assert leads("get_lead").sync(account, phone, client=client).company == "Doe Inc"
    steps = [models.FixedStep(type_="fixed", message="Hi {{first_name}}", delay_hours=24)]
    sequence = sequences("create_sequence").sync(
        account, client=client, body=models.NewSequence(name="Recovery", steps=steps)
    )
    enrolled = sequences("enroll_lead").sync(account, sequence.id, client=client, body=models.Enrollment(phone=phone))
    assert (enrolled.action, enrolled.message_sent) == ("enrolled", False)
    refused = leads("get_lead").sync(account, "+14155559999", client=client)
    assert isinstance(refused, models.Error)
    assert (refused.error.code, refused.error.status) == ("not_found", 404)


def test_convoso(generated: Generated, transactional_db: None, organization: Organization, key_of: KeyOf) -> None:
    made = generated("convoso")
    models, leads = made.models, _functions(made, "leads")
    client, token = made.client.Client(base_url=made.base), key_of(organization, CredentialKind.CONVOSO)
    dial_list = DialList.objects.create(organization=organization, name="Spring refinances")
    new = {"auth_token": token, "list_id": dial_list.pk, "phone_number": "4155551234", "check_dup": 2}
    created = leads("insert_lead").sync(client=client, body=models.LeadInsert(**new, first_name="John"))
    assert isinstance(created, models.InsertAnswer)
    asked = models.LeadSearch(auth_token=token, lead_id=created.id)
    found = leads("search_leads").sync(client=client, body=asked)
    assert [lead.first_name for lead in found.results] == ["John"]
    wanted = models.LeadUpdate(auth_token=token, lead_id=created.id, email="john@doe.example")
    assert leads("update_lead").sync(client=client, body=wanted).data.lead_id == created.id
    read = leads("search_leads").sync(client=client, body=asked)
    assert read.data.entries[0].email == "john@doe.example"
    refused = leads("insert_lead").sync(client=client, body=models.LeadInsert(**new))
    assert isinstance(refused, models.Error)
    assert refused.code == 6009
    stranger = leads("search_leads").sync(client=client, body=models.LeadSearch(auth_token="wrong"))
    assert (stranger.code, stranger.error) == (401, "Invalid authentication token")


def _functions(made: SimpleNamespace, tag: str) -> Callable[[str], Any]:
    return lambda name: importlib.import_module(f"{made.api(tag).__name__}.{name}")
