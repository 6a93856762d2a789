"""Many requests at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from crm.models import Organization
from leads.models import Campaign, DialList, Lead
from leads.tallies import stage_totals
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.convoso.conftest import PHONE, Dialler
from tests.racing import THREADS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def inserting(api: Dialler, **options: Any) -> Callable[[int], Any]:
    def insert(number: int) -> Any:
        answer = Dialler(api.token, api.list_id).insert(first_name=f"No. {number}", **options)
        return answer.get("code", "made")

    return insert


@pytest.mark.parametrize("options", [{"check_dup": 1}, {"check_dup": 2}, {"check_dup": 4}, {"check_dup_list": 1}])
def test_twenty_checked_inserts_of_one_phone_make_one_lead(api: Dialler, options: dict[str, int]) -> None:
    assert Counter(at_once(inserting(api, **options))) == {"made": 1, 6009: THREADS - 1}
    lead = Lead.objects.get()
    assert sum(totals.answering for totals in stage_totals(lead.organization).values()) == 1


def test_also_when_the_phone_has_a_lead_in_another_list(api: Dialler, other_list: DialList) -> None:
    api.inserted(list_id=other_list.pk)
    assert Counter(at_once(inserting(api, check_dup=1))) == {"made": 1, 6009: THREADS - 1}
    assert Lead.objects.filter(dial_list_id=api.list_id).count() == 1


def test_twenty_that_update_what_they_find_make_one_lead(api: Dialler) -> None:
    assert Counter(at_once(inserting(api, update_if_found=1))) == {"made": THREADS}
    assert Lead.objects.count() == 1


def test_unchecked_ones_make_twenty_of_which_one_answers(api: Dialler) -> None:
    assert Counter(at_once(inserting(api))) == {"made": THREADS}
    assert Lead.objects.count() == THREADS
    assert Lead.objects.filter(duplicate_of=None).count() == 1


def test_another_contracts_imports_at_the_same_moment_count_too(
    api: Dialler, organization: Organization, key_of: KeyOf
) -> None:
    partner = Caller(f"/v1/accounts/{organization.public_id}/leads", X_Partner_Key=key_of(organization))

    def insert(number: int) -> Any:
        if number % 2:
            return inserting(api, check_dup=2)(number)
        return Caller(partner.prefix, **partner.headers).post("", {"phone": PHONE}).status_code

    made = Counter(at_once(insert))
    assert made["made"] + made[201] == 1
    assert Lead.objects.count() == 1


def test_changes_of_different_custom_fields_are_all_kept(api: Dialler) -> None:
    lead = api.inserted()
    answers = at_once(lambda number: Dialler(api.token).update(lead, **{f"field_{number}": "x"}), 8)
    assert all(answer["success"] for answer in answers)
    lead.refresh_from_db()
    assert len(lead.custom_fields) == 8


def test_one_list_gets_a_name(api: Dialler, organization: Organization) -> None:
    campaign = Campaign.objects.create(organization=organization, name="Summer")

    def insert(number: int) -> Any:
        answer = Dialler(api.token).ask("/lists/insert", name="Summer borrowers", campaign_id=campaign.pk)
        return answer.get("code", "made")

    assert Counter(at_once(insert, 8)) == {"made": 1, 6081: 7}
