"""Make, change and remove dial lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.models import Organization
from leads.errors import DomainError
from leads.models import DialList


class NameTaken(DomainError):
    code = "name_taken"


@transaction.atomic
def create_list(organization: Organization, *, name: str, **about: Any) -> DialList:
    """A new list; about may hold campaign, description and is_active. Raises NameTaken."""
    _refuse_taken(organization, name)
    return DialList.objects.create(organization=organization, name=name, **about)


@transaction.atomic
def change_list(dial_list: DialList, changes: Mapping[str, Any]) -> DialList:
    """Overwrite name, campaign, description or is_active. Raises NameTaken."""
    if "name" in changes:
        _refuse_taken(dial_list.organization, changes["name"], but=dial_list.pk)
    for column, value in changes.items():
        setattr(dial_list, column, value)
    dial_list.save(update_fields=list(changes))
    return dial_list


@transaction.atomic
def delete_list(dial_list: DialList) -> None:
    """The list goes; its leads stay, without a list."""
    dial_list.delete()


def _refuse_taken(organization: Organization, name: str, but: int = 0) -> None:
    """One at a time for each organisation, so that two requests can't take one name."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if DialList.objects.filter(organization=organization, name__iexact=name).exclude(pk=but).exists():
        raise NameTaken("The list name should be unique", field="name")
