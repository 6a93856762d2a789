"""What can be done to the tags of all leads of a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import bulk_editing
from leads.bulk_actions import (
    KEPT,
    UNDONE,
    ActionForm,
    Batch,
    BulkAction,
    leads_to_undo,
    live_leads,
    register,
    rows_of,
    settle_changed,
)
from leads.filters import tag_names
from leads.models import LeadTag


class TagForm(ActionForm):
    tag = forms.CharField(max_length=100, label=gettext_lazy("Tag"))

    @property
    def suggestions(self) -> list[str]:
        return tag_names(self.advisor.organization)

    def clean_tag(self) -> str:
        name = " ".join(str(self.cleaned_data["tag"]).split())
        if "," in name:
            raise forms.ValidationError(_("One tag at a time, without a comma."))
        return name

    def options(self) -> dict[str, Any]:
        return {"tag": self.cleaned_data["tag"]}

    def title(self) -> str:
        return _("Tag with “%(tag)s”") % {"tag": self.cleaned_data["tag"]}


class UntagForm(TagForm):
    def title(self) -> str:
        return _("Take the tag “%(tag)s” off") % {"tag": self.cleaned_data["tag"]}


@register
class AddTag(BulkAction):
    kind = "tag"
    rank = 30
    label = gettext_lazy("Tag")
    icon = "tag"
    form = TagForm

    def apply(self, batch: Batch) -> None:
        leads = live_leads(batch)
        made = bulk_editing.add_tag(list(leads.values()), batch.options["tag"], by=batch.by, now=batch.now)
        settle_changed(batch, leads, {pk: {"row": row} for pk, row in made.items()}, _("Had it already."))

    def undo(self, batch: Batch) -> None:
        leads = leads_to_undo(batch)
        ours: set[int] = {row.before["row"] for row in batch.rows if row.before}
        standing = set(LeadTag.objects.filter(pk__in=ours, lead__in=list(leads)).values_list("lead_id", flat=True))
        for row, lead in rows_of(batch, leads):
            if lead.pk in standing:
                row.settle(UNDONE)
            else:
                row.settle(KEPT, _("Somebody has changed its tags since."))
        bulk_editing.remove_tag([leads[pk] for pk in standing], batch.options["tag"], by=batch.by, now=batch.now)


@register
class RemoveTag(BulkAction):
    kind = "untag"
    rank = 40
    label = gettext_lazy("Untag")
    icon = "close"
    form = UntagForm

    def apply(self, batch: Batch) -> None:
        leads = live_leads(batch)
        gone = bulk_editing.remove_tag(list(leads.values()), batch.options["tag"], by=batch.by, now=batch.now)
        settle_changed(batch, leads, {pk: {"row": row} for pk, row in gone.items()}, _("Did not have it."))

    def undo(self, batch: Batch) -> None:
        leads, name = leads_to_undo(batch), batch.options["tag"]
        having = LeadTag.objects.filter(lead__in=list(leads), tag__name=name)
        has_it_again = set(having.values_list("lead_id", flat=True))
        rows: dict[int, int] = {}
        for row, lead in rows_of(batch, leads):
            if lead.pk in has_it_again:
                row.settle(KEPT, _("Somebody has put it on again since."))
            else:
                rows[lead.pk] = (row.before or {})["row"]
                row.settle(UNDONE)
        bulk_editing.put_tag_back([leads[pk] for pk in rows], rows, name, by=batch.by, now=batch.now)
