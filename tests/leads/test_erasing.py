"""A borrower is erased: no table and no file holds a word of theirs, and nobody contacts them all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import QueryDict

from api.models import KeptAnswer
from crm import events
from crm.auditing.chaining import chain
from crm.auditing.verifying import check_whole
from crm.models import Actor, Advisor, AuditChain, AuditEntry, Event, Notification, Organization, WebhookDelivery
from leads import borrower_export, erasing, holds, messaging, pipeline, saved_views, stored_files, suppression
from leads.borrowers import borrower_of
from leads.contactability import check
from leads.errors import Changed, InvalidValue
from leads.holds import Held
from leads.importing import imports
from leads.models import (
    BulkRow,
    Consent,
    ContactDecision,
    Conversation,
    DoNotCall,
    ErasedAddress,
    ErasedLead,
    Generation,
    Lead,
    Merge,
    Message,
)
from tests.conftest import MakeLead
from tests.crm.test_auditing import settled
from tests.tenancy.world import Side, build

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
BY = Actor.system()
#: No other word of the site has these letters, and nobody else's number these digits.
CANARY, PHONE, DIGITS, EMAIL = "zqxcanary", "+14157770123", "4157770123", "zqxcanary@example.com"
#: What a lead keeps on purpose: words of the lender's, not of the borrower's.
_LENDERS = {"source_label", "created_by_label", "modified_by_label", "status_code"}


def mentions() -> Iterator[str]:
    """Every column of every table, and every file, in which the borrower is still named."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            for column, value in row.items():
                text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
                if CANARY in text.lower() or (DIGITS in "".join(filter(str.isdigit, text)) and "pbkdf2" not in text):
                    yield f"{model._meta.label}.{column}: {text[:80]}"
    for path in Path(site.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            with default_storage.open(str(path.relative_to(site.MEDIA_ROOT))) as file:
                content = file.read()
            if CANARY.encode() in content or DIGITS.encode() in content:
                yield str(path)


def soak(rows: models.QuerySet[Any], *, but: frozenset[str] | set[str] = frozenset()) -> int:
    """Put the canary into every column of these rows that takes free words."""
    words: dict[str, Any] = {}
    for field in rows.model._meta.concrete_fields:
        if field.choices or field.name in but or field.generated or getattr(field, "unique", False):
            continue
        if isinstance(field, models.JSONField):
            words[field.name] = {"said": CANARY}
        elif isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField):
            words[field.name] = CANARY[: field.max_length or 99]
    return rows.update(**words) if words else rows.count()


@pytest.fixture
def side(db: None, now: dt.datetime) -> Side:
    """An organisation where one borrower has a row of every kind, with a canary in each."""
    side = build("somewhere", 77)
    lead = Lead.objects.get(uuid=side.ids["lead"])
    their_names = {"duplicate_of", "phone_e164", "email", "phone", "alt_phone_1", "time_zone", "external_id"}
    Lead.objects.filter(pk=lead.pk).update(phone=PHONE, phone_e164=PHONE, email=EMAIL, alt_phone_1="(415) 777-0123")
    soak(Lead.objects.filter(pk=lead.pk), but=their_names | _LENDERS)
    Lead.objects.filter(pk=lead.pk).update(external_id=CANARY)
    lead.refresh_from_db()
    Conversation.objects.filter(pk=lead.conversation_id).update(address=PHONE, summary=CANARY)
    messages = Message.objects.filter(conversation=lead.conversation_id)
    soak(messages, but={"address", "provider", "provider_id", "error_code"})
    messages.update(address=PHONE)
    Generation.objects.create(
        organization=side.organization, conversation=lead.conversation, purpose="reply", created_at=now
    )
    ContactDecision.objects.create(
        organization=side.organization, lead=lead, address=PHONE, channel="sms", verdict="never", rule="cap",
        decided_at=now,
    )  # fmt: skip
    for model in (*erasing._GONE, Generation, ContactDecision):
        lookup = {"conversation": lead.conversation} if model is Generation else {"lead": lead}
        ours = {"channel", "verdict", "rule", "address", "model", "prompt_version"}
        soak(model._default_manager.filter(**lookup), but=ours)
    Merge.objects.filter(kept=lead).update(columns={"name": [CANARY, ""]})
    lead.calls.update(phone=PHONE, notes=CANARY, why_anyway=CANARY)
    Consent.objects.create(
        organization=side.organization, address=EMAIL, channels="email", basis="borrower", source=CANARY,
        recorded_at=now,
    )  # fmt: skip
    suppression.opt_out(side.organization, PHONE, reason=CANARY, by=Actor.borrower(CANARY), now=now)
    _elsewhere(side, lead, now)
    return side


def _elsewhere(side: Side, lead: Lead, now: dt.datetime) -> None:
    """Where the borrower is named outside of their own rows."""
    organization, admin = side.organization, side.admin
    fact = events.record(
        "lead.filled", organization=organization, lead_id=lead.pk, by=Actor.borrower(CANARY), now=now, said=CANARY
    )
    events.record("leads.exported", organization=organization, by=BY, now=now, query=f"q={CANARY}%40example.com")
    WebhookDelivery.objects.filter(uuid=side.ids["delivery"]).update(event=fact, body=CANARY, last_answer=CANARY)
    saved_views.save(admin, name="Theirs", page="list", query=QueryDict(f"q={EMAIL}"), is_shared=True, now=now)
    LogEntry.objects.create(
        user=admin.user, content_type=ContentType.objects.get_for_model(Lead), object_id=str(lead.pk),
        object_repr=CANARY, action_flag=2, change_message=CANARY,
    )  # fmt: skip
    KeptAnswer.objects.create(
        organization=organization, method="POST", address="lendworks /v1/leads", key="k", fingerprint="f", status=201,
        content_type="application/json", body=f'{{"email": "{EMAIL}"}}'.encode(), kept_at=now,
    )  # fmt: skip
    Notification.objects.create(
        organization=organization, advisor=admin, kind="assigned", key="k", lead_uuid=lead.uuid, data={"who": CANARY},
        created_at=now, mail_at=now,
    )  # fmt: skip
    file = SimpleUploadedFile("theirs.csv", f"Name,Phone\nSomebody,(415) 777-0123\n{CANARY},1\n".encode())
    job = imports.receive(admin, file, now=now)
    BulkRow.objects.create(job=job, number=7, given=["Somebody", "415.777.0123"])
    borrower_export.ask(lead, by_advisor=admin, now=now)
    borrower_export.build_waiting()


def test_it_works(side: Side, now: dt.datetime, files: Path) -> None:
    lead = Lead.objects.get(uuid=side.ids["lead"])
    assert len({each.partition(":")[0] for each in mentions()}) > 30
    erasing.erase(lead, by=Actor.advisor(side.admin), now=now)
    stored_files.sweep()
    assert list(mentions()) == []
    lead.refresh_from_db()
    assert (lead.name, lead.phone_e164, lead.display_name) == ("", None, f"Lead {lead.pk}")
    assert lead.deleted_at is not None
    assert ErasedLead.objects.filter(lead=lead).exists()


def test_the_audit_log_still_holds(side: Side, now: dt.datetime) -> None:
    settled()
    chain()
    lead = Lead.objects.get(uuid=side.ids["lead"])
    erasing.erase(lead, by=BY, now=now)
    settled()
    chain()
    found = check_whole(AuditChain.objects.get(organization=side.organization))
    assert found.broken is None
    assert found.erased > 5
    assert AuditEntry.objects.filter(name="lead.erased", lead_id=lead.pk).exists()
    assert list(mentions_of_audit()) == []


def mentions_of_audit() -> Iterator[str]:
    return (str(row) for row in AuditEntry.objects.values() if CANARY in str(row) or DIGITS in str(row))


def test_figures_stay(side: Side, now: dt.datetime) -> None:
    lead = Lead.objects.get(uuid=side.ids["lead"])
    before = Message.objects.filter(conversation=lead.conversation_id).count(), Event.objects.filter(lead_id=lead.pk)
    facts = before[1].count()
    conversation = lead.conversation_id
    erasing.erase(lead, by=BY, now=now)
    assert Message.objects.filter(conversation=conversation).count() == before[0]
    assert Event.objects.filter(lead_id=lead.pk).count() >= facts
    lead.refresh_from_db()
    assert lead.stage_id
    assert lead.created_at


class TestWhoeverOptedOut:
    def test_stays_so_when_the_number_comes_again(
        self, organization: Organization, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        lead = make_lead(name=CANARY, phone=PHONE)
        suppression.opt_out(organization, PHONE, reason="wrote STOP", by=Actor.borrower("x"), now=now)
        erasing.erase(lead, by=BY, now=now)
        assert not DoNotCall.objects.exists()
        assert ErasedAddress.objects.get().kind == "opt_out"
        again = make_lead(name="Somebody", phone="(415) 777-0123")
        verdict = check(again, "sms", now)
        assert (verdict.is_allowed, verdict.rule) == (False, "opt_out")

    def test_also_by_an_edit_and_by_e_mail(
        self, organization: Organization, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        from leads.editing import change_lead

        lead = make_lead(name=CANARY, phone="", email=EMAIL)
        suppression.list_address(organization, EMAIL, reason="asked", by=BY, now=now)
        erasing.erase(lead, by=BY, now=now)
        other = make_lead(name="Somebody")
        change_lead(other, {"email": EMAIL.upper()}, by=BY, now=now)
        assert DoNotCall.objects.get().address == EMAIL
        other.refresh_from_db()
        assert check(other, "email", now).rule == "do_not_call"

    def test_a_lifted_entry_does_not_come_back(
        self, organization: Organization, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        lead = make_lead(phone=PHONE)
        suppression.opt_out(organization, PHONE, reason="STOP", by=BY, now=now)
        suppression.lift_opt_out(organization, PHONE, by=BY, now=now)
        erasing.erase(lead, by=BY, now=now)
        assert not ErasedAddress.objects.exists()

    def test_in_one_organization_alone(
        self, organization: Organization, other_organization: Organization, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        lead = make_lead(phone=PHONE)
        suppression.opt_out(organization, PHONE, reason="STOP", by=BY, now=now)
        erasing.erase(lead, by=BY, now=now)
        theirs = make_lead(phone=PHONE, organization=other_organization)
        assert check(theirs, "sms", now).is_allowed


class TestTheBorrower:
    def test_is_all_leads_at_the_same_addresses(self, make_lead: MakeLead, now: dt.datetime) -> None:
        first = make_lead(phone=PHONE, email=EMAIL)
        same_phone = make_lead(phone=PHONE)
        same_mail = make_lead(email=EMAIL.upper())
        deleted = make_lead(phone=PHONE)
        pipeline.delete_lead(deleted, by=BY, now=now)
        stranger = make_lead()
        assert borrower_of(first).lead_ids == [first.pk, same_phone.pk, same_mail.pk, deleted.pk]
        erasing.erase(same_mail, by=BY, now=now)
        erased = set(ErasedLead.objects.values_list("lead", flat=True))
        assert erased == {first.pk, same_phone.pk, same_mail.pk, deleted.pk}
        stranger.refresh_from_db()
        assert stranger.name

    def test_of_another_organization_is_somebody_else(
        self, make_lead: MakeLead, other_organization: Organization, now: dt.datetime
    ) -> None:
        mine, theirs = make_lead(phone=PHONE), make_lead(phone=PHONE, organization=other_organization)
        erasing.erase(mine, by=BY, now=now)
        theirs.refresh_from_db()
        assert theirs.phone_e164 == PHONE

    def test_has_not_more_leads_than_a_person(self, make_lead: MakeLead, now: dt.datetime) -> None:
        leads = [make_lead(email="none@example.com") for _ in range(52)]
        with pytest.raises(InvalidValue, match="More than 50"):
            erasing.erase(leads[0], by=BY, now=now)

    def test_is_erased_once(self, make_lead: MakeLead, now: dt.datetime) -> None:
        lead = make_lead()
        erasing.erase(lead, by=BY, now=now)
        with pytest.raises(Changed):
            erasing.erase(lead, by=BY, now=now)


def test_what_waits_to_go_out_never_does(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    lead = make_lead()
    message = messaging.write(lead, body="Hello", by_advisor=alice, now=now)
    erasing.erase(lead, by=BY, now=now)
    message.refresh_from_db()
    assert (message.state, message.body) == ("cancelled", "")


class TestALegalHold:
    @pytest.fixture
    def lead(self, make_lead: MakeLead, now: dt.datetime) -> Lead:
        lead = make_lead(phone=PHONE)
        holds.place(lead, reason="Smith v. Acme", by=BY, now=now)
        return lead

    def test_keeps_it_from_being_erased_also_by_a_twin(self, lead: Lead, make_lead: MakeLead, now: dt.datetime) -> None:
        twin = make_lead(phone=PHONE)
        for each in (lead, twin):
            with pytest.raises(Held):
                erasing.erase(each, by=BY, now=now)
        lead.refresh_from_db()
        assert lead.phone_e164 == PHONE
        assert not Event.objects.filter(name="lead.deleted").exists()

    def test_keeps_it_from_being_deleted(self, lead: Lead, now: dt.datetime) -> None:
        with pytest.raises(Held):
            pipeline.delete_lead(lead, by=BY, now=now)

    def test_is_lifted_once(self, lead: Lead, now: dt.datetime) -> None:
        hold = lead.legal_holds.get()
        assert holds.lift(hold, by=BY, now=now)
        assert not holds.lift(hold, by=BY, now=now)
        erasing.erase(lead, by=BY, now=now)
        assert lead.legal_holds.get().reason == ""

    def test_is_placed_once(self, lead: Lead, now: dt.datetime) -> None:
        with pytest.raises(Changed):
            holds.place(lead, reason="again", by=BY, now=now)

    def test_refuses_its_row_of_a_bulk_deletion(
        self, lead: Lead, make_lead: MakeLead, alice: Advisor, now: dt.datetime
    ) -> None:
        from leads import bulk_jobs
        from leads.bulk_actions import action_of

        free, action = make_lead(), action_of("delete")
        assert action
        everybody = Lead.objects.visible_to(alice)
        job = bulk_jobs.start(alice, action, everybody, title="Delete", options={}, expected=2, now=now)
        bulk_jobs.work()
        rows = dict(BulkRow.objects.filter(job=job).values_list("lead", "state"))
        assert rows == {lead.pk: "refused", free.pk: "done"}


def test_every_model_is_known_to_the_erasure() -> None:
    """A new table with words in it is either emptied (the canary finds out) or named here, with the reason why not."""
    lenders_own = {
        "AiAccount", "AssignmentMember", "AssignmentRule", "AssignmentTurn", "AuditChain", "AuditEntry", "AuditMark",
        "Campaign", "ChannelAccount", "Credential", "DialList", "DialSession", "Disposition", "ErasedAddress",
        "ErasedLead", "ImportMapping", "Invitation", "NotificationChoice", "Organization", "Advisor", "Partner", "Tag",
        "Requirement", "SenderPace", "Sequence", "SequenceVersion", "Stage", "StageTally", "Step", "User",
        "WebhookEndpoint", "RateWindow", "Trigger", "LogInTry", "LooseFile", "RetentionRule",
    }  # fmt: skip
    emptied = {
        "BorrowerExport", "BulkJob", "BulkRow", "Call", "ChecklistItem", "Company", "Consent", "Contact",
        "ContactDecision", "Conversation", "DoNotCall", "Document", "Enrollment", "Event", "Generation", "HopperEntry",
        "ImportKey", "KeptAnswer", "Lead", "LeadImport", "LeadTag", "LegalHold", "Merge", "Message", "Note",
        "Notification", "Offer", "QueueClaim", "QueueMark", "Recording", "SavedView", "StepRun", "Task", "UploadLink",
        "WebhookDelivery",
    }  # fmt: skip
    ours = {
        model.__name__
        for label in ("crm", "leads", "sequences", "api")
        for model in apps.get_app_config(label).get_models()
    }
    assert ours - lenders_own - emptied == set()
