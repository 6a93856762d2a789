"""A request for each contract that is served, ready to be pasted into a shell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm.models import CredentialKind, Organization
from leads.models import Company, DialList, Lead

#: Numbers that belong to nobody, and that the demonstration has left free.
_NUMBERS = tuple(f"+1415555{digits:04d}" for digits in range(180, 200))


@dataclass(frozen=True, slots=True)
class Example:
    kind: CredentialKind
    title: str
    curl: Callable[[str, Organization, str, str], str]


def free_numbers(organization: Organization, count: int) -> list[str]:
    """Numbers for new leads; used ones again when all have been tried."""
    taken = set(Lead.objects.of(organization).filter(phone_e164__in=_NUMBERS).values_list("phone_e164", flat=True))
    free = [number for number in _NUMBERS if number not in taken]
    return [*free, *_NUMBERS][:count]


def _recoverbiz(base: str, organization: Organization, secret: str, phone: str) -> str:
    body = {
        "phone": phone,
        "name": "Jordan Example",
        "email": "jordan@cedarworks.example",
        "source": "application",
        "auto_sequence": True,
        "notes": "Stopped at the document upload",
    }
    return _post(f"{base}/v1/accounts/{organization.public_id}/leads", f"X-Partner-Key: {secret}", body)


def _lendworks(base: str, organization: Organization, secret: str, phone: str) -> str:
    body = {
        "businessName": "Cedarworks Studio",
        "contactFirstName": "Robin",
        "contactLastName": "Example",
        "phone": phone,
        "requestedAmount": "85000",
        "source": "api",
        "priority": "high",
    }
    return _post(f"{base}/v1/leads", f"Authorization: Bearer {secret}", body)


def _userleads(base: str, organization: Organization, secret: str, phone: str) -> str:
    company, _ = Company.objects.get_or_create(organization=organization, name="Cedarworks Studio")
    body = {"company_id": company.pk, "notes": "Met at the trade fair"}
    return _post(f"{base}/v1/leads", f"Authorization: Bearer {secret}", body)


def _convoso(base: str, organization: Organization, secret: str, phone: str) -> str:
    dial_list, _ = DialList.objects.get_or_create(organization=organization, name="Demonstration list")
    fields = {"list_id": dial_list.pk, "phone_number": phone.removeprefix("+1"), "first_name": "Alex", "check_dup": 2}
    given = "".join(f" \\\n  -d {name}={value}" for name, value in {"auth_token": secret, **fields}.items())
    return f"curl -X POST {base}/v1/leads/insert{given}"


def _post(url: str, header: str, body: Mapping[str, object]) -> str:
    return (
        f"curl -X POST {url} \\\n"
        f'  -H "{header}" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{json.dumps(body)}'"
    )


EXAMPLES = (
    Example(CredentialKind.RECOVERBIZ, "RecoverBiz: a lead comes in and gets its first text at once", _recoverbiz),
    Example(CredentialKind.LENDWORKS, "LendWorks: a lead with an amount comes in", _lendworks),
    Example(CredentialKind.USERLEADS, "userleads: an advisor's own lead at a company", _userleads),
    Example(CredentialKind.CONVOSO, "Convoso: a lead comes into a dial list", _convoso),
)
