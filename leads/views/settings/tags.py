"""Tags: renamed, put together, taken away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor
from crm.views.settings.door import manager_required, page
from leads import tags
from leads.models import Tag

_TAB = "leads:settings-tags"


class TagForm(forms.Form):
    name = forms.CharField(
        max_length=100, label=gettext_lazy("Name"), error_messages={"required": gettext_lazy("Give it a name.")}
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if "," in name:
            raise forms.ValidationError(_("A tag has no comma in it."))
        return name


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    return page(request, _TAB, "leads/settings/tags", {"tags": tags.tags_of(request.advisor.organization)})


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, pk: int) -> HttpResponse:
    tag = _tag(request, pk)
    form = TagForm(request.POST or None, initial={"name": tag.name})
    if request.method == "POST" and form.is_valid():
        tags.rename(tag, form.cleaned_data["name"], **_by_whom(request))
        messages.success(request, _("Saved"))
        return redirect(_TAB)
    context = {"form": form, "tag": tag}
    return page(request, _TAB, "leads/settings/tag", context, status=422 if form.errors else 200)


@manager_required
@require_POST
def deletion(request: AdvisorRequest, pk: int) -> HttpResponse:
    tag = _tag(request, pk)
    number = tags.delete(tag, **_by_whom(request))
    words = ngettext("“%(name)s” is gone, from %(number)d lead", "“%(name)s” is gone, from %(number)d leads", number)
    messages.success(request, words % {"name": tag.name, "number": number})
    return redirect(_TAB)


def _tag(request: AdvisorRequest, pk: int) -> Tag:
    return get_object_or_404(Tag, organization=request.advisor.organization, pk=min(pk, 2**63 - 1))


def _by_whom(request: AdvisorRequest) -> dict[str, Any]:
    return {"by": Actor.advisor(request.advisor), "now": timezone.now()}
