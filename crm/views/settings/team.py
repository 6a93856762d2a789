"""Who works here: invited, given a role, switched off; and whether a password alone lets them in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import invitations, team
from crm.access import AdvisorRequest
from crm.models import Actor, Advisor, Invitation, Role
from crm.signing_in import second_steps
from crm.team import CannotJoin, NotAllowed
from crm.views.settings.door import manager_required, page


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """tone is the badge's colour: warn, bad, or none."""

    uuid: UUID
    email: str
    role: str
    invited_by: str
    state: str
    tone: str


class RoleField(forms.ChoiceField):
    def __init__(self, by: Advisor, **kwargs: Any) -> None:
        choices = [(role.value, role.label) for role in team.roles_given_by(by)]
        super().__init__(label=gettext_lazy("Role"), choices=choices, **kwargs)


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"))

    def __init__(self, data: Any = None, *, by: Advisor) -> None:
        super().__init__(data)
        self.fields["role"] = RoleField(by)


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    organization, now = request.advisor.organization, timezone.now()
    people = Advisor.objects.filter(organization=organization).select_related("user")
    people = people.annotate(has_second_step=Exists(second_steps(OuterRef("user"))))
    context = {
        "people": sorted(people, key=lambda person: (not person.is_active, person.name.casefold())),
        "invitations": [_row(each, now) for each in invitations.open_invitations(organization)],
        "requires_second_step": organization.requires_second_step,
    }
    return page(request, "team", "team", context)


def _row(invitation: Invitation, now: dt.datetime) -> InvitationRow:
    if not invitation.is_open(now):
        state, tone = _("Past its day"), "warn"
    elif invitation.trouble:
        state, tone = _("Not sent: %(why)s") % {"why": invitation.trouble}, "bad"
    else:
        state, tone = (_("Sent") if invitation.sent_at else _("About to be sent")), ""
    inviter = invitation.invited_by.name if invitation.invited_by else ""
    return InvitationRow(invitation.uuid, invitation.email, str(Role(invitation.role).label), inviter, state, tone)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: AdvisorRequest) -> HttpResponse:
    """GET: the form. POST: a letter goes out."""
    form = InviteForm(request.POST if request.method == "POST" else None, by=request.advisor)
    if request.method == "POST" and form.is_valid() and _invited(request, form):
        return redirect("crm:settings-team")
    return page(request, "team", "invite", {"form": form}, status=422 if form.is_bound else 200)


def _invited(request: AdvisorRequest, form: InviteForm) -> bool:
    given = form.cleaned_data
    organization = request.advisor.organization
    try:
        invitations.invite(organization=organization, by=request.advisor, now=timezone.now(), **given)
    except CannotJoin as refused:
        form.add_error("email", str(refused))
        return False
    messages.success(request, _("%(email)s gets an invitation") % given)
    return True


def _invitation(request: AdvisorRequest, uuid: UUID) -> Invitation:
    return get_object_or_404(invitations.open_invitations(request.advisor.organization), uuid=uuid)


@manager_required
@require_POST
def invite_again(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """A new letter with a new link; the old one opens nothing any more."""
    old = _invitation(request, uuid)
    try:
        invitations.invite(
            organization=old.organization, email=old.email, role=old.role, by=request.advisor, now=timezone.now()
        )
    except CannotJoin as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(email)s gets another invitation") % {"email": old.email})
    return redirect("crm:settings-team")


@manager_required
@require_POST
def withdraw(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    invitation = _invitation(request, uuid)
    invitations.withdraw(invitation, by=Actor.advisor(request.advisor), now=timezone.now())
    messages.success(request, _("The invitation of %(email)s is withdrawn") % {"email": invitation.email})
    return redirect("crm:settings-team")


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """GET: somebody's place. POST: another role, or the place switched off or on."""
    people = Advisor.objects.filter(organization=request.advisor.organization).select_related("user")
    them = get_object_or_404(people.annotate(has_second_step=Exists(second_steps(OuterRef("user")))), uuid=uuid)
    if request.method == "POST":
        return _changed(request, them)
    mine = team.roles_given_by(request.advisor)
    context = {
        "person": them,
        "roles": [(role.value, role.label) for role in mine] if them.role in mine else [],
        "is_me": them.pk == request.advisor.pk,
    }
    return page(request, "team", "person", context)


def _changed(request: AdvisorRequest, them: Advisor) -> HttpResponse:
    role = request.POST.get("role")
    if role is not None and role not in Role.values:
        role = None
    switch = {"off": False, "on": True}.get(request.POST.get("switch", ""))
    try:
        if team.change_place(them, role=role, is_active=switch, by=request.advisor, now=timezone.now()):
            messages.success(request, _("Saved"))
    except NotAllowed as refused:
        messages.error(request, str(refused))
        return redirect("crm:settings-person", them.uuid)
    return redirect("crm:settings-team")


@manager_required
@require_POST
def second_step(request: AdvisorRequest) -> HttpResponse:
    """Whether a password alone opens this organisation."""
    required = request.POST.get("required") == "yes"
    try:
        team.require_second_step(request.advisor.organization, required, by=request.advisor, now=timezone.now())
    except NotAllowed as refused:
        messages.error(request, str(refused))
        return redirect(reverse("mfa_index"))
    messages.success(request, _("Saved"))
    return redirect("crm:settings-team")
