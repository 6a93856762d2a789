"""The team: invited by letter, let in once, given roles, switched off; and a second step that may be asked of all."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm import invitations
from crm.models import Advisor, Event, Invitation, Organization, Role, User
from crm.team import CannotJoin
from tests.conftest import ClientOf, advisor_in
from tests.racing import at_once

STRONG = "a very long new phrase"


@pytest.fixture(autouse=True)
def nobody_has_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


def invite(client: Client, email: str = "dora@acme.example", role: str = "advisor") -> int:
    return client.post("/settings/team/new", {"email": email, "role": role}).status_code


def link() -> str:
    """The path in the newest letter."""
    invitations.send_waiting()
    found = re.search(r"(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def has_second_step(advisor: Advisor) -> None:
    Authenticator.objects.create(user=advisor.user, type=Authenticator.Type.TOTP, data={})


def test_it_works(client: Client, organization: Organization) -> None:
    assert invite(client) == 302
    path = link()
    assert mail.outbox[-1].subject == "Alice Archer invites you to Acme Lending"
    assert mail.outbox[-1].to == ["dora@acme.example"]
    them = Client()
    assert "Acme Lending" in them.get(path).content.decode()
    answer = them.post(path, {"name": "Dora Diaz", "password": STRONG})
    assert answer.headers["Location"] == "/board"
    assert them.get("/board").status_code == 200
    dora = Advisor.objects.get(user__email="dora@acme.example")
    assert (dora.organization, dora.role, dora.name) == (organization, Role.ADVISOR, "Dora Diaz")
    assert Event.objects.get(name="advisor.invited").actor_label == "Alice Archer"
    assert Event.objects.filter(name="advisor.joined").count() == 1


def test_a_link_lets_in_once(client: Client) -> None:
    invite(client)
    path = link()
    Client().post(path, {"name": "Dora", "password": STRONG})
    again = Client().post(path, {"name": "Mallory", "password": STRONG})
    assert again.status_code == 410
    assert "accepted already" in again.content.decode()
    assert User.objects.filter(email="dora@acme.example").count() == 1


def test_a_damaged_link_opens_nothing(db: None) -> None:
    assert Client().get("/invitations/abc:def").status_code == 410


def test_a_link_past_its_day_opens_nothing_and_can_be_sent_again(client: Client) -> None:
    invite(client)
    path = link()
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert "past its day" in Client().get(path).content.decode()
    assert "Past its day" in client.get("/settings/team").content.decode()
    client.post(f"/settings/team/invitations/{Invitation.objects.get().uuid}/again")
    assert Client().get(link()).status_code == 200


def test_a_withdrawn_link_opens_nothing(client: Client) -> None:
    invite(client)
    path = link()
    client.post(f"/settings/team/invitations/{Invitation.objects.get().uuid}/withdrawal")
    assert Client().get(path).status_code == 410


def test_an_invitation_takes_the_place_of_the_one_before(client: Client) -> None:
    invite(client)
    old = link()
    invite(client, "DORA@acme.example", "manager")
    assert Client().get(old).status_code == 410
    assert Client().get(link()).status_code == 200
    assert Invitation.objects.filter(withdrawn_at=None).get().role == Role.MANAGER


def test_somebody_with_a_log_in_joins_as_themselves_and_nobody_else_does(
    client: Client, charlie: Advisor, bob: Advisor, client_of: ClientOf, organization: Organization
) -> None:
    invite(client, charlie.user.email)
    path = link()
    assert "Sign in to join" in Client().get(path).content.decode()
    assert Client().post(path, {"name": "X", "password": STRONG}).status_code == 200
    wrong = client_of(bob)
    assert "Sign out first" in wrong.get(path).content.decode()
    wrong.post(path)
    assert not Advisor.objects.filter(user=charlie.user, organization=organization).exists()
    them = client_of(charlie)
    assert them.post(path).status_code == 302
    place = Advisor.objects.get(user=charlie.user, organization=organization)
    assert place.is_active
    assert f"{organization.name}" in them.get("/board").content.decode()


def test_a_weak_password_is_refused_beside_its_field(client: Client) -> None:
    invite(client)
    answer = Client().post(link(), {"name": "Dora", "password": "short"})
    assert answer.status_code == 422
    assert "too short" in answer.content.decode()


@pytest.mark.parametrize(("email", "says"), [("nonsense", "valid email"), ("bob@acme.example", "works here already")])
def test_what_cannot_be_invited_is_said(client: Client, bob: Advisor, email: str, says: str) -> None:
    answer = client.post("/settings/team/new", {"email": email, "role": "advisor"})
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_a_manager_makes_no_administrator(client: Client, organization: Organization, alice: Advisor) -> None:
    assert invite(client, role="admin") == 422
    with pytest.raises(CannotJoin):
        invitations.invite(
            organization=organization, email="x@acme.example", role=Role.ADMIN, by=alice, now=timezone.now()
        )


def test_a_letter_that_cannot_be_sent_says_why_and_is_tried_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(client)

    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr("crm.invitations.send_mail", refuse)
        assert invitations.send_waiting() == 0
    assert "connection refused" in client.get("/settings/team").content.decode()
    assert invitations.send_waiting() == 1
    assert invitations.send_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_invite_one_address_leave_one_open(alice: Advisor, organization: Organization) -> None:
    def again(_: int) -> None:
        invitations.invite(
            organization=organization, email="dora@acme.example", role="advisor", by=alice, now=timezone.now()
        )

    at_once(again, 4)
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_a_role_is_changed(client: Client, bob: Advisor) -> None:
    client.post(f"/settings/team/{bob.uuid}", {"role": "manager"})
    bob.refresh_from_db()
    assert bob.role == Role.MANAGER
    assert Event.objects.get(name="advisor.changed").data["role"] == "manager"


def test_somebody_who_is_switched_off_is_out_with_their_next_click(
    client: Client, bob: Advisor, client_of: ClientOf
) -> None:
    theirs = client_of(bob)
    assert theirs.get("/board").status_code == 200
    client.post(f"/settings/team/{bob.uuid}", {"switch": "off"})
    assert theirs.get("/board").status_code == 403
    client.post(f"/settings/team/{bob.uuid}", {"switch": "on"})
    assert theirs.get("/board").status_code == 200


def test_the_last_manager_stays(client: Client, alice: Advisor) -> None:
    for change in ({"switch": "off"}, {"role": "advisor"}):
        answer = client.post(f"/settings/team/{alice.uuid}", change, follow=True)
        assert "Somebody must be left" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.is_active
    assert alice.is_manager


def test_a_manager_changes_no_administrator(client: Client, organization: Organization) -> None:
    boss = advisor_in(organization, "boss@acme.example", "Bo", "Ss", Role.ADMIN)
    assert "Only an administrator" in client.get(f"/settings/team/{boss.uuid}").content.decode()
    client.post(f"/settings/team/{boss.uuid}", {"switch": "off"})
    boss.refresh_from_db()
    assert boss.is_active


class TestSecondStep:
    def test_nobody_locks_themselves_out(self, client: Client, organization: Organization) -> None:
        answer = client.post("/settings/team/second-step", {"required": "yes"})
        assert answer.headers["Location"] == "/account/second-step/"
        organization.refresh_from_db()
        assert not organization.requires_second_step

    def test_whoever_has_none_is_led_to_it_and_no_further(
        self, client: Client, alice: Advisor, bob: Advisor, client_of: ClientOf, organization: Organization
    ) -> None:
        has_second_step(alice)
        assert client.post("/settings/team/second-step", {"required": "yes"}).headers["Location"] == "/settings/team"
        theirs = client_of(bob)
        assert theirs.get("/board").headers["Location"] == "/account/second-step/"
        assert theirs.get("/board", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/second-step/"
        assert "Acme Lending asks for a second step" in theirs.get("/account/second-step/").content.decode()
        has_second_step(bob)
        assert theirs.get("/board").status_code == 200
        client.post("/settings/team/second-step", {"required": "no"})
        organization.refresh_from_db()
        assert not organization.requires_second_step

    def test_codes_for_an_emergency_are_not_enough(
        self, bob: Advisor, client_of: ClientOf, organization: Organization
    ) -> None:
        Organization.objects.filter(pk=organization.pk).update(requires_second_step=True)
        Authenticator.objects.create(user=bob.user, type=Authenticator.Type.RECOVERY_CODES, data={})
        assert client_of(bob).get("/board").status_code == 302


class TestStrangers:
    def test_an_advisor_is_told_that_it_is_for_managers(self, bob: Advisor, client_of: ClientOf) -> None:
        for path in ("/settings/team", "/settings/team/new", f"/settings/team/{bob.uuid}"):
            assert client_of(bob).get(path).status_code == 403

    def test_another_organisations_people_and_invitations_are_not_there(
        self, client: Client, charlie: Advisor, client_of: ClientOf
    ) -> None:
        invite(client)
        uuid = Invitation.objects.get().uuid
        assert client.get(f"/settings/team/{charlie.uuid}").status_code == 404
        Advisor.objects.filter(pk=charlie.pk).update(role=Role.MANAGER)
        theirs = client_of(charlie)
        assert theirs.post(f"/settings/team/invitations/{uuid}/withdrawal").status_code == 404
        assert theirs.post(f"/settings/team/invitations/{uuid}/again").status_code == 404
        assert "dora@acme.example" not in theirs.get("/settings/team").content.decode()


def test_a_large_team_costs_no_more_statements(
    client: Client, organization: Organization, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        advisor_in(organization, f"p{number}@acme.example", "P", str(number), Role.ADVISOR)
    with django_assert_max_num_queries(6):
        client.get("/settings/team")
