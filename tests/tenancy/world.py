"""Two organisations that have one of everything each; whatever a person could read in it carries their mark."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.http import QueryDict

from crm import ai_accounts, channel_accounts, invitations, webhook_endpoints
from crm.models import (
    Actor,
    Advisor,
    Credential,
    CredentialKind,
    Event,
    Notification,
    Organization,
    Permission,
    Role,
    WebhookDelivery,
)
from crm.organizations import found
from leads import (
    approving,
    assignment_rules,
    borrower_export,
    bulk_jobs,
    checklists,
    dispositions,
    documents,
    merging,
    messaging,
    requirements,
    saved_views,
    upload_links,
)
from leads.advisor_tasks import give
from leads.bulk_actions import action_of
from leads.importing import imports
from leads.intake import receive_lead
from leads.models import (
    Call,
    Campaign,
    Company,
    ConsentBasis,
    Contact,
    DialList,
    Lead,
    Message,
    Offer,
    Recording,
    Stage,
    Tag,
)
from leads.notes import add_note
from leads.recordings import token_of
from leads.unsubscribing import unsubscribe_url
from sequences.authoring import create_sequence
from sequences.enrolling import enroll
from tests.conftest import advisor_in
from tests.leads.files import upload

BY = Actor.system()


@dataclass(frozen=True)
class Side:
    """One organisation: its people, its keys by contract, and the ids that addresses and bodies name it by."""

    mark: str
    organization: Organization
    admin: Advisor
    keys: dict[str, str]
    ids: dict[str, Any]
    twilio_token: str
    mail_secret: str

    def fingerprint(self) -> str:
        """Changes with any row of the organisation's."""
        seen = hashlib.sha256()
        for model in _owned():
            for row in model._base_manager.filter(organization=self.organization).order_by("pk").values_list():
                seen.update(repr((model._meta.label, row)).encode())
        return seen.hexdigest()


def _owned() -> list[type[Model]]:
    """Every model whose rows name their organisation."""
    return [
        model
        for model in apps.get_models()
        if any(field.name == "organization" and field.related_model is Organization for field in model._meta.fields)
    ]


def build(mark: str, number: int) -> Side:
    """number tells the telephone numbers of two sides apart."""
    now = dt.datetime.now(dt.UTC)
    when = {"by": BY, "now": now}
    organization = found(name=f"{mark} Lending", quiet_hours=False, now=now)
    admin = advisor_in(organization, f"admin@{mark}.example", "Ada", mark.title(), Role.ADMIN)
    phone = f"+1415555{number:04d}"
    campaign = Campaign.objects.create(organization=organization, name=f"{mark} campaign")
    dial_list = DialList.objects.create(organization=organization, name=f"{mark} dial list", campaign=campaign)
    company = Company.objects.create(organization=organization, name=f"{mark} Works", phone=phone)
    contact = Contact.objects.create(organization=organization, last_name=f"{mark} contact")
    fields = {
        "name": f"Mary {mark}", "phone": phone, "email": f"mary@{mark}.example", "business_name": f"{mark} Works",
        "notes": f"{mark} notes", "external_id": f"{mark}-1", "custom_fields": {"known_as": mark}, "tags": [mark],
        "advisor": admin, "company": company, "contact": contact, "dial_list": dial_list,
    }  # fmt: skip
    lead = receive_lead(
        organization=organization, fields=fields, consent=ConsentBasis.PARTNER, consent_source=mark, **when
    ).lead
    add_note(lead, body=f"{mark} note", by_advisor=admin, now=now)
    task = give(lead, title=f"{mark} task", due_at=now, by=Actor.advisor(admin), now=now)
    requirement = requirements.add(organization=organization, name=f"{mark} papers", kind="document", **when)
    checklists.ask(lead, name=f"{mark} item", kind="text", **when)
    steps = [{"kind": "fixed", "message": f"Hi from {mark}", "delay_hours": 24}]
    followed = create_sequence(organization=organization, name=f"{mark} follow-up", steps=steps, **when)
    enrollment = enroll(lead, followed, **when).enrollment
    spare = create_sequence(organization=organization, name=f"{mark} other", steps=steps, **when)
    messaging.receive(organization, address=phone, body=f"{mark} asks", now=now)
    said = messaging.write(lead, body=f"{mark} answers", by_advisor=admin, now=now)
    draft = _drafted(lead, mark, now)
    document = documents.hand_in(lead, upload(f"{mark}.pdf"), by=BY, now=now)
    link = upload_links.make(lead, checklists.items_of(lead), by_advisor=admin, now=now)
    twin, gone = (
        receive_lead(organization=organization, fields={"phone": f"+141555{digits}{number:04d}"}, **when).lead
        for digits in (70, 80)
    )
    merged = merging.merge(lead, gone, **when)
    recording = _recorded(lead, mark, now)
    export = borrower_export.ask(lead, by_advisor=admin, now=now)
    borrower_export.build_waiting()
    about = {"url": f"https://{mark}.example/hook", **when}
    endpoint = webhook_endpoints.create(organization=organization, contract="lendworks", **about)
    partners = webhook_endpoints.create(partner=organization.partner, contract="recoverbiz", **about)
    webhook_endpoints.send_test(endpoint, **when)
    delivery = WebhookDelivery.objects.get(endpoint=endpoint)
    twilio_sid, twilio_token = f"AC{hashlib.md5(mark.encode(), usedforsecurity=False).hexdigest()}", f"token-of-{mark}"
    yesterday = now - dt.timedelta(days=1)
    channel_accounts.connect(
        organization, provider="twilio", external_id=twilio_sid, sender=f"+1415556{number:04d}", secret=twilio_token,
        by=BY, now=yesterday,
    )  # fmt: skip
    mailbox = channel_accounts.connect(
        organization, provider="smtp", sender=f"loans@{mark}.example", by=BY, now=yesterday
    )
    ai_accounts.connect(organization, model=f"openai:{mark}", key=f"sk-{mark}", **when)
    Organization.objects.filter(pk=organization.pk).update(ai_monthly_cap=0)  # so that no model is asked
    invitation = invitations.invite(
        organization=organization, email=f"new@{mark}.example", role=Role.ADVISOR, by=admin, now=now
    )
    view = saved_views.save(admin, name=f"{mark} view", page="list", query=QueryDict("q=Mary"), is_shared=True, now=now)
    action = action_of("tag")
    assert action is not None
    everybody = Lead.objects.visible_to(admin)
    job = bulk_jobs.start(
        admin, action, everybody, title=f"Tag with {mark}", options={"tag": mark}, expected=everybody.count(), now=now
    )
    weighted = {admin: 1}
    about_rule = {"name": f"{mark} rule", "way": "claim", "states": ["HI"]}
    rule = assignment_rules.add(organization, about_rule, weighted, **when)
    offered = {"phone": f"+14155590{number:04d}", "state": "HI"}
    offer = Offer.objects.get(lead=receive_lead(organization=organization, fields=offered, **when).lead)
    file = SimpleUploadedFile(f"{mark}.csv", f"Phone,{mark}\n4155550199,{mark}\n".encode())
    imported = imports.receive(admin, file, now=now)
    issued = {
        kind: Credential.issue(
            kind, organization=organization, permission=Permission.FULL, name=f"{mark} key",
            advisor=admin if kind == CredentialKind.USERLEADS else None,
        )
        for kind in CredentialKind
    }  # fmt: skip
    stages = {stage.key: stage for stage in Stage.objects.filter(organization=organization)}
    ids = {
        "account": organization.public_id,
        "lead": lead.uuid,
        "lead_number": lead.pk,
        "rule": rule.uuid,
        "offer": offer.uuid,
        "notice": Notification.objects.filter(advisor=admin, kind="offered").latest("pk").uuid,
        "phone": phone,
        "stage": stages["contacted"].uuid,
        "advisor": admin.uuid,
        "user": admin.user_id,
        "invitation": invitation.uuid,
        "company": company.pk,
        "contact": contact.uuid,
        "list": dial_list.pk,
        "campaign": campaign.pk,
        "requirement": requirement.public_id,
        "item": f"required-{requirement.pk}",
        "sequence": followed.public_id,
        "other_sequence": spare.public_id,
        "enrollment": enrollment.pk,
        "task": task.uuid,
        "message": said.uuid,
        "draft": draft.uuid,
        "document": document.uuid,
        "link": link.uuid,
        "twin": twin.uuid,
        "merge": merged.uuid,
        "export": export.uuid,
        "draft_seen": approving.version_of(draft),
        "view": view.uuid,
        "tag": Tag.objects.get(organization=organization, name=mark).pk,
        "job": job.uuid,
        "import": imported.uuid,
        "webhook": endpoint.public_id,
        "partner_webhook": partners.public_id,
        "delivery": delivery.uuid,
        "key": issued[CredentialKind.LENDWORKS][0].pk,
        "call": recording.call_id,
        "recording": recording.uuid,
        "disposition": dispositions.of(organization)[0].uuid,
        "recording_token": token_of(recording),
        "unsubscribe_token": unsubscribe_url(organization.pk, f"mary@{mark}.example").rpartition("/")[2],
        "twilio_sid": twilio_sid,
        "twilio_number": f"+1415556{number:04d}",
        "mailbox": mailbox.public_id,
        "event": Event.objects.filter(organization=organization).first().pk,
    }
    Message.objects.filter(pk=said.pk).update(state="needs_review", provider="twilio", provider_id=f"SM{number:04d}")
    keys = {str(kind): secret for kind, (_, secret) in issued.items()}
    return Side(mark, organization, admin, keys, ids, twilio_token, mailbox.secret())


def _drafted(lead: Lead, mark: str, now: dt.datetime) -> Message:
    """A text that awaits approval."""
    return Message.objects.create(
        organization=lead.organization, conversation=lead.conversation, lead=lead, direction="out", channel="sms",
        address=lead.phone_e164, author="ai", body=f"{mark} draft", reason={"words": f"{mark} step"}, state="approval",
        state_reason=f"{mark} doubt", not_before=now, created_at=now,
    )  # fmt: skip


def _recorded(lead: Lead, mark: str, now: dt.datetime) -> Recording:
    times = {"started_at": now, "ended_at": now}
    about = {"phone": lead.phone, "advisor": lead.advisor, "is_open": True}
    call = Call.objects.create(organization=lead.organization, lead=lead, notes=mark, **about, **times)
    recording = Recording(organization=lead.organization, call=call, seconds=3, **times)
    recording.file.save(f"{mark}.mp3", ContentFile(mark.encode()), save=False)
    recording.save()
    return recording
