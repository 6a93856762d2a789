"""
Where advisors see their own leads alone, no page shows or changes a colleague's.

Every page of the URLconf has a case in cases.py (test_tenancy.py makes sure of it). Here an advisor of the same
organisation makes each call about a lead that belongs to somebody else there.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm.models import LeadVisibility, Role
from tests.conftest import advisor_in
from tests.tenancy.cases import CASES, PAGE, Call, Case
from tests.tenancy.test_tenancy import METHODS, asked, everything_in, is_let_in, names_in
from tests.tenancy.world import Side, build

pytestmark = pytest.mark.django_db
PAGES = [case for case in CASES if case.door == PAGE]
ABOUT_A_LEAD = [case for case in PAGES if "$lead" in case.address]


@pytest.fixture(scope="module")
def sides(kept_for_the_module: None) -> tuple[Side, Side]:
    """The organisation as its administrator sees it, and as an advisor does whose leads these are not."""
    side = build("canary", 101)
    side.organization.advisors_see = LeadVisibility.OWN
    side.organization.save()
    return side, replace(side, admin=advisor_in(side.organization, "bo@canary.example", "Bo", "Low", Role.ADVISOR))


@pytest.fixture
def owner(sides: tuple[Side, Side]) -> Side:
    return sides[0]


@pytest.fixture
def colleague(sides: tuple[Side, Side]) -> Side:
    return sides[1]


@pytest.mark.parametrize("case", ABOUT_A_LEAD, ids=str)
def test_a_colleagues_lead_is_not_there(owner: Side, colleague: Side, case: Case) -> None:
    before = owner.fingerprint()
    named = {call.method for call in case.calls}
    for call in (*case.calls, *(Call(method) for method in METHODS if method not in named)):
        whose = dict.fromkeys(names_in(case.address, call.query, call.body), owner)
        if call in case.calls:
            assert is_let_in(case, asked(case, case.address, call, whose, owner)), call  # or a refusal proves nothing
        answer = asked(case, case.address, call, whose, colleague)
        assert answer.status_code in (404, 405), (call, answer)
        assert owner.mark not in everything_in(answer).replace("canary.example", "").replace("canary Lending", "")
    assert owner.fingerprint() == before


@pytest.mark.parametrize("case", [case for case in PAGES if case not in ABOUT_A_LEAD], ids=str)
def test_no_other_page_tells_of_it(owner: Side, colleague: Side, case: Case) -> None:
    """Lists, boards, searches, dialogs; settings are not theirs at all."""
    for call in case.calls:
        if call.method != "GET":
            continue
        whose = dict.fromkeys(names_in(case.address, call.query, call.body), owner)
        text = everything_in(asked(case, case.address, call, whose, colleague))
        told = [secret for secret in ("Mary canary", "canary Works", "mary@canary", "canary notes") if secret in text]
        assert told == [], call
