"""The command line that the project promises."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.models import Advisor, Credential, Organization, Partner, Role, User
from leads import tallies
from leads.models import Company, DialList, Stage, StageTally
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db
type Said = Any


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command; the one line that it prints."""

    def line(*words: str) -> str:
        call_command(*words)
        out = capsys.readouterr().out
        assert out.endswith("\n")
        assert out.count("\n") == 1
        return out.strip()

    return line


class TestCreateOrganization:
    def test_it_works(self, run: Said) -> None:
        organization = Organization.objects.get(public_id=run("create_organization", "Acme"))
        assert organization.public_id.startswith("acc_")
        assert organization.name == organization.partner.name == "Acme"
        assert organization.quiet_hours
        assert Stage.objects.filter(organization=organization).count() == 8

    def test_it_turns_quiet_hours_off(self, run: Said) -> None:
        public_id = run("create_organization", "Acme", "--quiet-hours", "off")
        assert not Organization.objects.get(public_id=public_id).quiet_hours

    def test_two_of_one_name_are_two(self, run: Said) -> None:
        assert run("create_organization", "Acme") != run("create_organization", "Acme")
        assert Partner.objects.count() == 2

    def test_it_refuses_a_name_of_nothing(self) -> None:
        with pytest.raises(CommandError, match="1 to 255"):
            call_command("create_organization", "  ")
        assert not Organization.objects.exists()

    def test_it_refuses_a_third_way_of_quiet_hours(self) -> None:
        with pytest.raises(CommandError, match="quiet-hours"):
            call_command("create_organization", "Acme", "--quiet-hours", "maybe")


class TestCreateAdvisor:
    def test_it_works(self, run: Said, organization: Organization) -> None:
        uuid = run(
            "create_advisor", "Mary@Acme.example", "--organization", organization.public_id, "--name", "Mary van Dyke"
        )
        advisor = Advisor.objects.select_related("user").get(uuid=uuid)
        assert (advisor.role, advisor.name) == (Role.ADVISOR, "Mary van Dyke")
        assert advisor.user.email == "mary@acme.example"
        assert not advisor.user.has_usable_password()
        assert not advisor.user.is_staff

    def test_a_role_and_a_password_may_be_given(self, run: Said, organization: Organization) -> None:
        words = ["--organization", organization.public_id, "--role", "admin", "--password", "long enough words"]
        advisor = Advisor.objects.get(uuid=run("create_advisor", "mary@acme.example", *words))
        assert advisor.role == Role.ADMIN
        assert advisor.user.check_password("long enough words")
        assert not advisor.user.is_staff

    def test_a_second_organization_has_the_same_log_in(
        self, run: Said, alice: Advisor, other_organization: Organization
    ) -> None:
        words = ["--organization", other_organization.public_id, "--password", "correct horse battery"]
        advisor = Advisor.objects.get(uuid=run("create_advisor", "ALICE@acme.example", *words))
        assert advisor.user == alice.user
        assert User.objects.count() == 1

    def test_it_keeps_the_password_of_a_known_log_in(self, alice: Advisor, other_organization: Organization) -> None:
        with pytest.raises(CommandError, match="another password"):
            call_command(
                "create_advisor",
                "alice@acme.example",
                organization=other_organization.public_id,
                password="something else",
            )
        assert Advisor.objects.count() == 1

    @pytest.mark.parametrize(
        ("email", "why"),
        [("alice@acme.example", "already"), ("Alice@Acme.Example", "already"), ("no address", "not an e-mail")],
    )
    def test_it_refuses_an_address(self, alice: Advisor, email: str, why: str) -> None:
        with pytest.raises(CommandError, match=why):
            call_command("create_advisor", email, organization=alice.organization.public_id)
        assert (User.objects.count(), Advisor.objects.count()) == (1, 1)

    def test_it_refuses_an_unknown_organization(self, db: None) -> None:
        with pytest.raises(CommandError, match="no organisation acc_nowhere"):
            call_command("create_advisor", "mary@acme.example", organization="acc_nowhere")
        assert not User.objects.exists()


class TestIssueKey:
    @pytest.mark.parametrize(
        ("kind", "prefix", "length"),
        [("lendworks", "lw_live_", 48), ("recoverbiz", "pk_live_", 40), ("convoso", "", 40)],
    )
    def test_it_works(self, run: Said, organization: Organization, kind: str, prefix: str, length: int) -> None:
        secret = run("issue_key", kind, "--organization", organization.public_id)
        credential = Credential.shown(secret)
        assert credential is not None
        assert secret.startswith(prefix)
        assert len(secret) == length
        assert secret not in str(vars(credential))
        if kind == "recoverbiz":
            assert (credential.partner, credential.organization) == (organization.partner, None)
        else:
            assert (credential.partner, credential.organization) == (None, organization)

    def test_a_userleads_key_is_an_advisors(self, run: Said, alice: Advisor) -> None:
        words = ["--organization", alice.organization.public_id, "--advisor", "Alice@acme.example"]
        credential = Credential.shown(run("issue_key", "userleads", *words))
        assert credential is not None
        assert credential.advisor == alice

    def test_a_permission_may_be_given(self, run: Said, organization: Organization) -> None:
        words = ["--organization", organization.public_id, "--permission", "read"]
        credential = Credential.shown(run("issue_key", "lendworks", *words))
        assert credential is not None
        assert credential.permission == "read"

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (["userleads"], "--advisor"),
            (["userleads", "--advisor", "charlie@rival.example"], "no active advisor"),
            (["elsewhere"], "invalid choice"),
            (["lendworks", "--permission", "everything"], "invalid choice"),
        ],
    )
    def test_it_refuses(self, organization: Organization, charlie: Advisor, words: list[str], why: str) -> None:
        with pytest.raises(CommandError, match=why):
            call_command("issue_key", *words, "--organization", organization.public_id)
        assert not Credential.objects.exists()


class TestLeadsCommands:
    def test_it_makes_a_list(self, run: Said, organization: Organization) -> None:
        made = DialList.objects.get(pk=run("create_list", "Spring", "--organization", organization.public_id))
        assert (made.name, made.organization) == ("Spring", organization)

    def test_it_makes_a_company(self, run: Said, organization: Organization) -> None:
        made = Company.objects.get(pk=run("create_company", "Initech", "--organization", organization.public_id))
        assert (made.name, made.organization) == ("Initech", organization)

    @pytest.mark.parametrize("command", ["create_list", "create_company", "recount_stages"])
    def test_it_refuses_an_unknown_organization(self, db: None, command: str) -> None:
        words = ["Spring"] if command.startswith("create") else []
        with pytest.raises(CommandError, match="no organisation"):
            call_command(command, *words, "--organization", "acc_nowhere")

    def test_it_recounts_stages(self, run: Said, organization: Organization, make_lead: MakeLead) -> None:
        lead = make_lead()
        StageTally.objects.all().delete()
        assert run("recount_stages") == "Recounted the stages of 1 organisation(s)."
        assert tallies.stage_totals(organization)[lead.stage_id].leads == 1


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there it works: test_partitions.py")
def test_sqlite_has_no_partitions() -> None:
    with pytest.raises(CommandError, match="SQLite has none"):
        call_command("partition")
