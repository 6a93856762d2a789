"""Numbers that an insert was told not to take: on the do-not-call list, or of a kind that the caller does not want."""

from __future__ import annotations

from api.convoso import errors
from api.convoso.parameters import Parameters
from api.convoso.phones import Phone
from crm.models import Organization
from leads.dialing import is_do_not_call
from leads.line_types import LineType, line_type_named, line_type_of
from leads.models import Lead


def refuse_unwanted(organization: Organization, phone: Phone, given: Parameters) -> None:
    """Raises Refused as check_dnc, check_wireless and reject_by_carrier_type say."""
    if given.flag("check_dnc") and is_do_not_call(organization, phone.e164):
        raise errors.refused(errors.ON_DNC_LIST)
    unwanted = {line_type_named(word) for word in given.text("reject_by_carrier_type").split(",")} - {None}
    if given.flag("check_wireless"):
        unwanted.add(LineType.MOBILE)
    if unwanted and (kind := _line_type(organization, phone, given)) in unwanted:
        raise errors.refused(errors.INVALID_PHONE, f"Phone number is rejected by carrier type: {kind}")


def _line_type(organization: Organization, phone: Phone, given: Parameters) -> LineType | None:
    """From the caller's own word, else from what a carrier said about the number before, else from its digits."""
    if told := line_type_named(given.text("carrier_type")):
        return told
    known = Lead.objects.of(organization).filter(phone_e164=phone.e164).exclude(carrier_type="")
    on_file = known.order_by("-pk").values_list("carrier_type", flat=True).first()
    return line_type_named(on_file or "") or line_type_of(phone.e164)
