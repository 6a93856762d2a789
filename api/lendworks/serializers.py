"""LendWorks' request bodies, checked field by field."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.lendworks import errors, vocabulary
from api.lendworks.fields import Amount, BusinessName, Choice, CustomFields, Email, RowId, Tags, Text, Unchangeable
from crm.models import Advisor, Organization
from leads.models import Contact, Stage


def _stage(organization: Organization, identity: uuid.UUID) -> Stage | None:
    return Stage.objects.filter(organization=organization, uuid=identity).first()


def _contact(organization: Organization, identity: uuid.UUID) -> Contact | None:
    return Contact.objects.filter(organization=organization, uuid=identity).first()


class LeadFields(serializers.Serializer[Any]):
    """What may be said about a lead when it is made and later."""

    businessName = BusinessName(source="business_name", max_length=255, allow_blank=False)
    contactFirstName = Text(source="first_name", max_length=100)
    contactLastName = Text(source="last_name", max_length=100)
    email = Email(allow_blank=False)
    phone = Text(max_length=20)
    industry = Text(max_length=100)
    monthlyRevenue = Amount(source="monthly_revenue_given", allow_blank=False)
    requestedAmount = Amount(source="requested_amount_given", allow_blank=False)
    priority = Choice(vocabulary.PRIORITIES)
    tags = Tags(required=False, allow_null=True, max_length=vocabulary.TAGS)
    customFields = CustomFields(source="custom_fields", required=False, allow_null=True)


class NewLead(LeadFields):
    """POST: every field may be left out, and null is the same as left out."""

    source = Choice(vocabulary.SOURCES)  # type: ignore[assignment]
    stageId = RowId(_stage, source="stage")
    assignToAdvisorId = RowId(Advisor.by_uuid, source="advisor")
    contactId = RowId(_contact, source="contact")


class LeadChanges(LeadFields):
    """PATCH: what is given overwrites, null clears."""

    source = Unchangeable()  # type: ignore[assignment]
    stageId = Unchangeable()
    assignToAdvisorId = Unchangeable()
    contactId = Unchangeable()


def new_lead(body: Mapping[str, Any], organization: Organization) -> dict[str, Any]:
    """Intake's fields for a POST body. Raises Refused with one entry for each failing field."""
    return {name: value for name, value in _checked(NewLead, body, organization).items() if value is not None}


def lead_changes(body: Mapping[str, Any], organization: Organization) -> dict[str, Any]:
    """Editing's changes for a PATCH body. Raises Refused with one entry for each failing field."""
    return {
        name: vocabulary.CLEARED.get(name, "") if value is None else value
        for name, value in _checked(LeadChanges, body, organization).items()
    }


def _checked(
    kind: type[serializers.Serializer[Any]], body: Mapping[str, Any], organization: Organization
) -> Mapping[str, Any]:
    serializer = kind(data=body, context={"organization": organization})
    if not serializer.is_valid():
        raise errors.invalid(serializer.errors)
    return serializer.validated_data
