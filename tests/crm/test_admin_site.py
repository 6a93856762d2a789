"""The way into the administration: everybody's sign-in page, a second step, and once more before keys."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language
from pytest_django import Settings

from crm.models import Advisor, Credential, Organization, User
from leads.models import Message
from tests.conftest import PASSWORD, ClientOf, MakeLead
from tests.crm.conftest import page
from tests.staff import confirm, staff_client, staff_user


def with_password(email: str = "root@leadwright.example") -> User:
    cache.clear()
    return User.objects.create_superuser(email, PASSWORD)


def test_it_works(staff: Client) -> None:
    answer = staff.get("/admin/")
    assert answer.status_code == 200
    assert "Waiting to go out" in answer.content.decode()


def test_it_speaks_the_language_that_somebody_chose(staff: Client) -> None:
    before, asked = get_language(), {"Accept-Language": "en"}
    assert '<html lang="en"' in staff.get("/admin/", headers=asked).content.decode()
    User.objects.update(language="es")
    answer = staff.get("/admin/leads/lead/", headers=asked)
    assert '<html lang="es"' in answer.content.decode()
    assert answer.headers["Content-Language"] == "es"
    assert get_language() == before


class TestTheWayIn:
    def test_strangers_are_led_to_everybodys_sign_in_page(self, db: None) -> None:
        answer = Client().get("/admin/leads/lead/", follow=True)
        assert [url for url, _ in answer.redirect_chain] == [
            "/admin/login/?next=/admin/leads/lead/",
            "/sign-in?next=/admin/leads/lead/",
        ]

    def test_djangos_own_form_is_gone(self, db: None) -> None:
        """It has no limit on wrong passwords and asks for no second step."""
        with_password()
        form = {"username": "root@leadwright.example", "password": PASSWORD, "next": "/admin/"}
        client = Client()
        client.post("/admin/login/", form)
        assert "_auth_user_id" not in client.session

    def test_it_leads_to_no_other_site(self, db: None) -> None:
        answer = Client().get("/admin/login/?next=https://evil.example/")
        assert answer.headers["Location"] == "/sign-in?next=/admin/"

    def test_who_is_no_staff_is_told_so(self, alice: Advisor, client_of: ClientOf) -> None:
        assert client_of(alice).get("/admin/", follow=True).status_code == 403

    def test_a_wrong_password_is_tried_five_times(self, db: None) -> None:
        with_password()
        client = Client()
        for _ in range(5):
            client.post("/sign-in?next=/admin/", {"login": "root@leadwright.example", "password": "wrong"})
        answer = client.post("/sign-in?next=/admin/", {"login": "root@leadwright.example", "password": PASSWORD})
        assert "Too many attempts" in answer.content.decode()


class TestTheSecondStep:
    def test_who_has_none_sets_one_up_first(self, organization: Organization) -> None:
        client = Client()
        client.force_login(with_password())
        for url in ("/admin/", page("leads.lead", "changelist"), page("crm.credential", "add"), "/admin/jsi18n/"):
            assert client.get(url).headers["Location"] == "/account/second-step/"

    def test_a_code_for_emergencies_is_none(self, organization: Organization) -> None:
        user = staff_user("root@leadwright.example", is_superuser=True)
        user.authenticator_set.update(type="recovery_codes")
        client = Client()
        client.force_login(user)
        assert client.get("/admin/").status_code == 302

    def test_a_demonstration_needs_none_until_there_is_something_real(self, organization: Organization) -> None:
        Organization.objects.update(is_demo=True)
        client = Client()
        client.force_login(with_password())
        assert client.get("/admin/").status_code == 200
        Organization.objects.update(is_demo=False)
        assert client.get("/admin/").status_code == 302

    def test_a_new_site_asks_for_it(self, db: None) -> None:
        client = Client()
        client.force_login(with_password())
        assert client.get("/admin/").status_code == 302

    def test_a_developer_may_do_without(self, organization: Organization, settings: Settings) -> None:
        settings.ADMIN_SECOND_STEP = False
        client = Client()
        client.force_login(with_password())
        assert client.get("/admin/").status_code == 200


class TestOnceMoreBeforeKeys:
    @pytest.mark.parametrize("name", ["crm.credential", "crm.channelaccount", "crm.aiaccount", "crm.user"])
    @pytest.mark.parametrize("view", ["changelist", "add"])
    def test_it_asks_who_it_is(self, staff: Client, name: str, view: str) -> None:
        assert staff.get(page(name, view)).status_code == 200
        confirm(staff, seconds_ago=901)
        asked = staff.get(page(name, view))
        assert asked.headers["Location"].startswith("/account/second-step/reauthenticate/?next=%2Fadmin%2F")

    def test_nothing_that_was_typed_is_kept_in_the_session(self, staff: Client, organization: Organization) -> None:
        confirm(staff, seconds_ago=901)
        form = {"organization": organization.pk, "model": "openai:gpt", "key": "sk-very-secret"}
        assert staff.post(page("crm.aiaccount", "add"), form).status_code == 302
        assert "sk-very-secret" not in str(dict(staff.session))

    def test_no_key_is_made_meanwhile(self, staff: Client, organization: Organization) -> None:
        confirm(staff, seconds_ago=901)
        form = {"kind": "lendworks", "organization": organization.pk, "permission": "full", "tier": "standard"}
        staff.post(page("crm.credential", "add"), form)
        assert not Credential.objects.exists()

    def test_the_rest_goes_on(self, staff: Client) -> None:
        confirm(staff, seconds_ago=901)
        assert staff.get(page("leads.lead", "changelist")).status_code == 200


class TestStaffWhoAreNotSuperusers:
    @pytest.fixture
    def clerk(self, organization: Organization) -> Client:
        client = staff_client("clerk@leadwright.example")
        names = ["view_user", "change_user", "view_message"]
        User.objects.get(email="clerk@leadwright.example").user_permissions.set(
            Permission.objects.filter(codename__in=names, content_type__app_label__in=["crm", "leads"])
        )
        return client

    def test_they_make_nobody_mightier(self, clerk: Client, alice: Advisor) -> None:
        url = page("crm.user", "change", alice.user_id)
        form = {"email": alice.user.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
        clerk.post(url, form)
        user = User.objects.get(pk=alice.user_id)
        assert (user.is_staff, user.is_superuser) == (False, False)

    def test_they_set_no_password_of_other_staff(self, clerk: Client) -> None:
        root = with_password()
        assert clerk.get(f"/admin/crm/user/{root.pk}/password/").status_code == 403

    def test_the_overview_shows_what_they_may_open(self, clerk: Client) -> None:
        text = clerk.get("/admin/").content.decode()
        assert "In doubt" in text
        assert "Failed tasks" not in text
        assert "Organisations at work" not in text


def test_the_overview_counts_and_leads_there(staff: Client, make_lead: MakeLead, now: object) -> None:
    from leads.models import Conversation

    lead = make_lead()
    talk = Conversation.objects.create(organization=lead.organization, address=lead.address)
    for _ in range(3):
        Message.objects.create(
            organization=lead.organization,
            conversation=talk,
            direction="out",
            channel="sms",
            address=lead.address,
            author="sequence",
            state="needs_review",
            not_before=now,
            created_at=now,
        )
    groups = staff.get("/admin/").context["groups"]
    tile = next(tile for group in groups for tile in group.tiles if "In doubt" in str(tile.label))
    assert (tile.reading.value, tile.reading.tone) == ("3", "bad")
    assert staff.get(tile.url).context["cl"].result_count == 3


def test_each_tile_leads_to_a_list_that_opens(staff: Client) -> None:
    tiles = [tile for group in staff.get("/admin/").context["groups"] for tile in group.tiles]
    assert len(tiles) > 10
    for tile in tiles:
        assert staff.get(tile.url).status_code == 200, tile.url


def test_the_overview_costs_so_many_statements(staff: Client, make_lead: MakeLead) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            staff.get("/admin/")
        return len(queries)

    few = statements()
    for _ in range(20):
        make_lead()
    assert statements() == few <= 30
