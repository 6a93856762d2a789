"""What managers type in about keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Advisor, Credential, CredentialKind, Permission
from crm.views.settings.words import CONTRACTS, PERMISSIONS

_LONGEST = dt.timedelta(days=3660)


class KeyForm(forms.Form):
    """What can be changed about a key: its name, and the last day on which it is valid."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, error_messages={"required": gettext_lazy("Say what uses this key.")}
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        error_messages={"invalid": gettext_lazy("This is not a day. Write it like 2027-01-31.")},
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean_expires_on(self) -> dt.date | None:
        last: dt.date | None = self.cleaned_data["expires_on"]
        if last and last > timezone.localdate() + _LONGEST:
            raise forms.ValidationError(_("Ten years are the most. Leave it empty for a key that does not end."))
        return last

    @property
    def expires_at(self) -> dt.datetime | None:
        """The midnight after the last day."""
        last = self.cleaned_data["expires_on"]
        return last and dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, tzinfo=self.zone)


class NewKeyForm(KeyForm):
    kind = forms.ChoiceField(label=gettext_lazy("Contract"))
    permission = forms.ChoiceField(
        label=gettext_lazy("May"), choices=list(PERMISSIONS.items()), initial=Permission.READ_WRITE
    )
    advisor = forms.ChoiceField(label=gettext_lazy("Advisor"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        zone: ZoneInfo,
        team: list[Advisor],
        may_recoverbiz: bool,
    ) -> None:
        super().__init__(data, zone=zone)
        self.team = {str(person.uuid): person for person in team}
        kinds = [
            (kind, name) for kind, name in CONTRACTS.items() if may_recoverbiz or kind != CredentialKind.RECOVERBIZ
        ]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        people = [(key, person.name) for key, person in self.team.items()]
        self.fields["advisor"].choices = [("", _("Choose somebody")), *people]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        is_personal = given.get("kind") == CredentialKind.USERLEADS
        if is_personal and not given.get("advisor") and "advisor" not in self.errors:
            self.add_error("advisor", _("A userleads key sees one advisor's leads: say whose."))
        return given

    def key_fields(self) -> dict[str, Any]:
        """As crm.keys.issue takes them. Only a userleads key has an advisor, whatever else was chosen."""
        given = self.cleaned_data
        is_personal = given["kind"] == CredentialKind.USERLEADS
        return {
            "kind": given["kind"],
            "name": given["name"],
            "permission": given["permission"],
            "advisor": self.team.get(given["advisor"]) if is_personal else None,
            "expires_at": self.expires_at,
        }


def form_of(key: Credential, zone: ZoneInfo, data: Mapping[str, Any] | None = None) -> KeyForm:
    """The form as it stands for this key."""
    last = key.expires_at and (key.expires_at - dt.timedelta(minutes=1)).astimezone(zone).date()
    return KeyForm(data, zone=zone, initial={"name": key.name, "expires_on": last})
