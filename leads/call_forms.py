"""The form of a call that has ended."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import dispositions, stages
from leads.call_log import Ending
from leads.models import Disposition, Does, Lead, Stage

_LENGTH = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)\Z", re.ASCII)
ANSWERS = ("lost_reason", "funded_amount")


class CallForm(forms.Form):
    """How it ended. length is minutes and seconds; an answer is what the new stage asks for."""

    disposition = forms.UUIDField(
        error_messages={
            "required": gettext_lazy("Say how it ended."),
            "invalid": gettext_lazy("Say how it ended."),
        }
    )
    notes = forms.CharField(required=False, max_length=10_000)
    length = forms.CharField(required=False, max_length=9)
    callback_at = forms.DateTimeField(
        required=False, error_messages={"invalid": gettext_lazy("This is no date and time.")}
    )
    stage = forms.UUIDField(required=False, error_messages={"invalid": gettext_lazy("That stage is gone.")})
    lost_reason = forms.CharField(required=False, max_length=255)
    funded_amount = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead = lead

    def clean_disposition(self) -> Disposition:
        found = dispositions.of(self.lead.organization_id).filter(uuid=self.cleaned_data["disposition"]).first()
        if found is None:
            raise forms.ValidationError(_("Say how it ended."))
        return found

    def clean_length(self) -> int | None:
        given = self.cleaned_data["length"].strip()
        if not given:
            return None
        match = _LENGTH.match(given)
        if match is None:
            raise forms.ValidationError(_("Write it like 4:30."))
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])

    def clean_stage(self) -> Stage | None:
        wanted = self.cleaned_data["stage"]
        if wanted is None or wanted == self.lead.stage.uuid:
            return None
        found = stages.stages_of(self.lead.organization).filter(uuid=wanted).first()
        if found is None:
            raise forms.ValidationError(_("That stage is gone."))
        return found

    def ending(self) -> Ending:
        """Of a valid form. A time to call back counts only where the way it ended asks for one."""
        given, disposition = self.cleaned_data, self.cleaned_data["disposition"]
        return Ending(
            disposition=disposition,
            notes=given["notes"].replace("\r\n", "\n"),
            seconds=given["length"],
            callback_at=given["callback_at"] if disposition.does == Does.CALLBACK else None,
            stage=given["stage"],
            answers={name: given[name] for name in ANSWERS if given[name]},
        )
