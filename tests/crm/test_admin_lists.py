"""Every list and form of the administration: what it costs, what it offers, and what it must never show."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.management import call_command
from django.db import connection
from django.db.models import ForeignKey
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm import ai_accounts, channel_accounts
from crm.models import Actor, Advisor, AiAccount, ChannelAccount, Credential, Organization, User, WebhookEndpoint
from tests.channels.conftest import NUMBER, SID, TOKEN
from tests.conftest import PASSWORD, MakeLead
from tests.crm.conftest import page
from tests.staff import SEED

PAGES = list(admin.site._registry.values())
#: Offered as a short list: the stages and the team of the lead's own organisation.
SHORT = {("lead", "stage"), ("lead", "advisor")}


def name_of(registered: Any) -> str:
    return str(registered.opts.label_lower)


@pytest.mark.parametrize("registered", PAGES, ids=name_of)
def test_rows_of_other_tables_come_with_the_list(registered: Any) -> None:
    """Or each row would cost statements of its own."""
    links = {field.name for field in registered.opts.fields if isinstance(field, ForeignKey)}
    loaded = {name.partition("__")[0] for name in registered.list_select_related or ()}
    assert links & set(registered.list_display) <= loaded


def test_fifty_rows_cost_no_more_statements_than_one(
    staff: Client, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    call_command("load_demo", "--quiet")

    def statements(registered: Any, rows: int) -> int:
        monkeypatch.setattr(registered, "list_per_page", rows)
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(page(name_of(registered), "changelist")).status_code == 200
        return len(queries)

    staff.get("/admin/leads/lead/")  # what is looked up once for each process
    for registered in PAGES:
        with subtests.test(name_of(registered)):
            assert statements(registered, 50) <= statements(registered, 1) <= 15


def test_forms_offer_no_list_of_thousands(staff: Client, make_lead: MakeLead, alice: Advisor) -> None:
    lead = make_lead()
    urls = [page(name_of(each), "add") for each in PAGES if each.has_add_permission(_request(staff))]
    found: set[tuple[str, str]] = set()
    for url in [*urls, page("leads.lead", "change", lead.pk)]:
        form = staff.get(url).context["adminform"].form
        for name, field in form.fields.items():
            if isinstance(field, forms.ModelChoiceField) and not isinstance(field.widget, AutocompleteMixin):
                found.add((form._meta.model._meta.model_name, name))
    assert found - {("user", "user_permissions"), ("group", "permissions")} <= SHORT


def _request(client: Client) -> Any:
    return client.get("/admin/").wsgi_request


class TestSecrets:
    @pytest.fixture
    def secrets(self, staff: Client, organization: Organization, now: Any, alice: Advisor) -> list[str]:
        """All that opens something, in the clear, as it lies in the database, and as somebody typed it."""
        by = Actor.system()
        form = {"kind": "lendworks", "organization": organization.pk, "permission": "full", "tier": "standard"}
        issued = staff.post(page("crm.credential", "add"), form).context["secret"]
        ai_accounts.connect(organization, model="openai:gpt-5", key="sk-of-the-model", by=by, now=now)
        account = channel_accounts.connect(
            organization,
            provider="twilio",
            external_id=SID,
            sender=NUMBER,
            secret=TOKEN,
            per_minute=None,
            by=by,
            now=now,
        )
        endpoint = WebhookEndpoint.objects.create(
            organization=organization, contract="lendworks", url="https://a.example/", created_at=now
        )
        endpoint.previous_secret = "whsec_of_before"
        endpoint.save()
        Client().post("/sign-in", {"login": alice.user.email, "password": PASSWORD})
        return [
            *(issued, Credential.objects.get().digest),
            *("sk-of-the-model", AiAccount.objects.get().locked_key),
            *(TOKEN, ChannelAccount.objects.get(pk=account.pk).locked_secret),
            *(endpoint.secret, endpoint.previous_secret, SEED, alice.user.password.rpartition("$")[2]),
            *alice.user.authenticator_set.values_list("data__secret", flat=True),
            *User.objects.get(email="root@leadwright.example").authenticator_set.values_list("data__secret", flat=True),
            *alice.user.usersession_set.values_list("session_key", flat=True),
        ]

    def test_no_page_shows_one(self, staff: Client, secrets: list[str]) -> None:
        assert len(secrets) >= 12
        assert all(len(secret) >= 8 for secret in secrets)
        walked = 0
        for registered in PAGES:
            name = name_of(registered)
            urls = [page(name, "changelist")]
            for row in registered.model._default_manager.order_by("pk")[:20]:
                urls += [page(name, "change", row.pk), page(name, "history", row.pk)]
            if hasattr(registered, "export_action"):
                urls.append(page(name, "export"))
            for url in urls:
                answer = staff.get(url)
                text = answer.content.decode()
                assert [secret for secret in secrets if secret in text] == [], url
                walked += 1
        assert walked > 100

    def test_the_history_of_changes_holds_none(self, staff: Client, organization: Organization) -> None:
        form = {"organization": organization.pk, "provider": "twilio", "external_id": SID, "sender": NUMBER}
        staff.post(page("crm.channelaccount", "add"), form | {"secret": TOKEN})
        account = ChannelAccount.objects.get()
        staff.post(page("crm.channelaccount", "change", account.pk), {"secret": "another secret"})
        told = " ".join(f"{entry.object_repr} {entry.change_message}" for entry in LogEntry.objects.all())
        assert LogEntry.objects.count() == 2
        assert TOKEN not in told
        assert "another secret" not in told

    @pytest.mark.parametrize("name", ["django_q.schedule", "django_q.ormq"])
    def test_nobody_writes_what_is_called(self, staff: Client, name: str) -> None:
        assert staff.get(page(name, "add")).status_code == 403
