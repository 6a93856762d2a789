"""A list of addresses that must not be contacted, brought in as text or a file, by the function that bans one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from crm.models import Organization
from leads import contact

#: Addresses in one go; each costs a row, and all of them one transaction.
AT_MOST = 20_000
_MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Addresses:
    """In the form in which messages find them, and the lines that hold none."""

    good: list[str]
    unread: list[str]


def normal(given: str) -> str | None:
    """E.164, or an e-mail address in lower case; None when it is neither."""
    given = given.strip()
    return given.lower() if contact.is_email(given) else contact.e164(given)


def read(text: str) -> Addresses:
    """The first cell of each line that holds an address; a line of headings has none, and is told as unread."""
    good: dict[str, None] = {}
    unread: list[str] = []
    for cells in csv.reader(io.StringIO(text.replace("\x00", ""))):
        found = next((address for cell in cells if (address := normal(cell))), None)
        if found:
            good[found] = None
        elif any(cell.strip() for cell in cells):
            unread.append(",".join(cells))
    return Addresses(list(good), unread)


class ListForm(forms.Form):
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        to_field_name="public_id",
        label=gettext_lazy("Organisation"),
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Its public id: acc_…"),
    )
    reason = forms.CharField(max_length=255, label=gettext_lazy("Reason"), widget=UnfoldAdminTextInputWidget)
    file = forms.FileField(required=False, label=gettext_lazy("A CSV file"), widget=UnfoldAdminFileFieldWidget)
    text = forms.CharField(
        required=False,
        label=gettext_lazy("Or one address on each line"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["organization"].queryset = Organization.objects.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        given = super().clean() or self.cleaned_data
        file = given.get("file")
        try:
            if file and file.size > _MOST_BYTES:
                raise forms.ValidationError({"file": _("At most 2 MB in one go.")})
            text = file.read().decode("utf-8-sig") if file else given.get("text", "")
            addresses = read(text)
        except (UnicodeDecodeError, csv.Error) as error:
            raise forms.ValidationError({"file": _("This can't be read as a CSV file in UTF-8.")}) from error
        if not addresses.good:
            raise forms.ValidationError(_("There is no phone number or e-mail address in it."))
        if len(addresses.good) > AT_MOST:
            raise forms.ValidationError(_("At most %(number)s addresses in one go.") % {"number": f"{AT_MOST:,}"})
        return given | {"addresses": addresses}
