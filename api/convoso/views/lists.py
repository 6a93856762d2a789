"""Convoso's dial lists and campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, Q

from api.convoso import errors, resources, rows, vocabulary
from api.convoso.auth import ConvosoView
from crm.replica.reading import reads_from_replica
from leads.dial_lists import change_list, create_list, delete_list
from leads.models import Campaign, DialList

type Body = Mapping[str, Any]


class ListView(ConvosoView):
    """What the addresses of lists read alike."""

    def status(self, *, needed: bool = False) -> bool | None:
        """1 or 0, true or false; None when not given. Raises Refused for anything else."""
        match self.given.text("status").lower():
            case "":
                if needed:
                    raise errors.refused(errors.INVALID_STATUS)
                return None
            case "1" | "true" | "y" | "yes" | "on":
                return True
            case "0" | "false" | "n" | "no" | "off":
                return False
        raise errors.refused(errors.INVALID_STATUS)

    def list_fields(self) -> dict[str, Any]:
        """What is given of a list. Raises Refused."""
        fields: dict[str, Any] = {name: self.given[name] for name in ("name", "description") if name in self.given}
        for name, text in fields.items():
            if len(text) > vocabulary.LIST_LENGTH:
                raise errors.invalid(name, f"must be at most {vocabulary.LIST_LENGTH} characters")
        if len(fields.get("name", " " * vocabulary.LIST_LENGTH)) < vocabulary.SHORTEST_LIST_NAME:
            raise errors.refused(errors.LIST_NAME_SHORT)
        if "campaign_id" in self.given:
            fields["campaign"] = rows.campaign_called(self.organization, self.given["campaign_id"])
            if fields["campaign"] is None:
                raise errors.refused(errors.UNKNOWN_CAMPAIGN)
        if (is_active := self.status()) is not None:
            fields["is_active"] = is_active
        return fields


class SearchLists(ListView):
    """/v1/lists/search"""

    writes = False

    @reads_from_replica()
    def answered(self) -> Body:
        """status (all when left out), id, campaign_id -> {success, data: [list]}; 6002 for an unknown id."""
        lists = DialList.objects.filter(organization=self.organization)
        if "id" in self.given:
            lists = lists.filter(pk=rows.list_called(self.organization, self.given["id"]).pk)
        if "campaign_id" in self.given:
            lists = lists.filter(campaign=rows.campaign_called(self.organization, self.given["campaign_id"]))
            lists = lists.exclude(campaign=None)
        if (is_active := self.status()) is not None:
            lists = lists.filter(is_active=is_active)
        found = lists.annotate(last=Max("leads__last_called_at", filter=Q(leads__deleted_at=None))).order_by("pk")
        return {"success": True, "data": [resources.dial_list(row, row.last) for row in found]}


class InsertList(ListView):
    """/v1/lists/insert"""

    def answered(self) -> Body:
        """name, campaign_id, description, status -> {success, data: {list_id}, id}; 6003, 6046, 6004, 6081."""
        if "name" not in self.given:
            raise errors.refused(errors.LIST_WITHOUT_NAME)
        fields = self.list_fields()
        if "campaign" not in fields:
            raise errors.refused(errors.UNKNOWN_CAMPAIGN)
        made = create_list(self.organization, **fields)
        return {"success": True, "data": {"list_id": str(made.pk)}, "id": str(made.pk)}


class UpdateList(ListView):
    """/v1/lists/update"""

    def answered(self) -> Body:
        """list_id and what shall change -> {success, data: {list_id}}; 6002, 6046, 6004, 6081."""
        found = rows.list_called(self.organization, self.given.text("list_id"))
        change_list(found, self.list_fields())
        return {"success": True, "data": {"list_id": str(found.pk)}}


class DeleteList(ListView):
    """/v1/lists/delete"""

    def answered(self) -> Body:
        """list_id -> {success}; 6002. Its leads stay, without a list."""
        delete_list(rows.list_called(self.organization, self.given.text("list_id")))
        return {"success": True}


class SearchCampaigns(ConvosoView):
    """/v1/campaigns/search"""

    writes = False

    @reads_from_replica()
    def answered(self) -> Body:
        """{success, data: [campaign]}, active and inactive ones."""
        campaigns = Campaign.objects.filter(organization=self.organization).order_by("pk")
        last = Max("dial_lists__leads__last_called_at", filter=Q(dial_lists__leads__deleted_at=None))
        found = [resources.campaign(row, row.last, self.organization) for row in campaigns.annotate(last=last)]
        return {"success": True, "data": found}


class SwitchCampaign(ListView):
    """/v1/campaigns/status"""

    def answered(self) -> Body:
        """campaign_id, status -> {success}; 6026, 6080. The leads of a campaign that is off are not dialled."""
        campaign = rows.campaign_called(self.organization, self.given.text("campaign_id"))
        if campaign is None:
            raise errors.refused(errors.INVALID_CAMPAIGN)
        is_active = self.status(needed=True)
        Campaign.objects.filter(pk=campaign.pk).update(is_active=is_active)
        return {"success": True}
