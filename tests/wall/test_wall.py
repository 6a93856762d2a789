"""What the role of the site sees of other organisations' rows: nothing, whatever the statement forgot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from crm import reach
from crm.models import Advisor, AuditEntry, Credential, CredentialKind, Organization, User
from crm.postgresql import wall
from leads.models import Lead, LeadTag, Note, Tag
from tests.behind_the_wall import IS_ON
from tests.conftest import MakeLead

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not IS_ON, reason="about the role of BEHIND_THE_WALL=1"),
]


@pytest.fixture(autouse=True)
def leads(make_lead: MakeLead, organization: Organization, other_organization: Organization) -> dict[str, Lead]:
    return {
        "ours": make_lead(name="Mary Ours", tags=["SBA"]),
        "theirs": make_lead(name="Thea Theirs", organization=other_organization, tags=["SBA"]),
    }


@pytest.fixture
def raw(leads: dict[str, Lead]) -> Iterator[psycopg.Connection]:
    """A connection of the site's role without any of our code."""
    given = connection.settings_dict
    address = {"host": given["HOST"], "port": given["PORT"], "dbname": given["NAME"]}
    with psycopg.connect(user=given["USER"], password=given["PASSWORD"], **address, autocommit=True) as other:
        yield other


def names() -> list[str]:
    return sorted(Lead.objects.values_list("name", flat=True))


def test_it_works(organization: Organization, other_organization: Organization) -> None:
    with reach.of(organization.pk):
        assert names() == ["Mary Ours"]
    with reach.of(other_organization.pk):
        assert names() == ["Thea Theirs"]
    with reach.nobody():
        assert names() == []
    with reach.everybody():
        assert names() == ["Mary Ours", "Thea Theirs"]


def test_the_role_owns_nothing_and_stands_above_nothing(raw: psycopg.Connection) -> None:
    row = raw.execute("SELECT rolsuper, rolbypassrls, rolinherit FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, False, False)
    assert raw.execute("SELECT 1 FROM pg_tables WHERE tableowner = current_user").fetchone() is None


def test_a_raw_select_without_context_sees_nothing_in_any_walled_table(raw: psycopg.Connection) -> None:
    walled = raw.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity").fetchall()
    assert len(walled) > 50
    for (table,) in walled:
        assert raw.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), table


def test_what_was_said_ends_with_the_transaction(raw: psycopg.Connection, organization: Organization) -> None:
    with raw.transaction():
        raw.execute("SELECT set_config('leadwright.organization', %s, true)", [str(organization.pk)])
        assert raw.execute("SELECT COUNT(*) FROM leads_lead").fetchone() == (1,)
    assert raw.execute("SELECT COUNT(*) FROM leads_lead").fetchone() == (0,)


def test_a_superuser_who_raised_it_left_no_search_without_its_index(raw: psycopg.Connection) -> None:
    """Only leakproof functions may look into an index before the policy has looked."""
    owner = raw.execute("SELECT relowner FROM pg_class WHERE oid = 'leads_lead'::regclass").fetchone()
    is_superuser = raw.execute("SELECT rolsuper FROM pg_roles WHERE oid = %s", owner).fetchone()
    left = [words.split()[2] for words in wall.leaking()]
    assert len(left) == (0 if is_superuser == (True,) else len(wall.LEAKPROOF))


def test_nothing_is_written_for_others(organization: Organization, leads: dict[str, Lead]) -> None:
    theirs = leads["theirs"]
    with reach.of(organization.pk):
        assert Lead.objects.filter(pk=theirs.pk).update(name="Ours now") == 0
        assert Lead.objects.filter(pk=theirs.pk).delete()[0] == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            Note.objects.create(organization_id=theirs.organization_id, lead=theirs, body="Hi")
        with pytest.raises(ProgrammingError, match="row-level security"):
            Lead.objects.filter(pk=leads["ours"].pk).update(organization=theirs.organization_id)
    assert names() == ["Mary Ours", "Thea Theirs"]


def test_what_hangs_on_others_is_not_seen(organization: Organization, leads: dict[str, Lead]) -> None:
    with reach.of(organization.pk):
        assert LeadTag.objects.count() == 1
        assert Organization.objects.get() == organization
        with pytest.raises(ProgrammingError, match="row-level security"):
            LeadTag.objects.create(lead=leads["ours"], tag_id=_their_tag(leads["theirs"]))


def _their_tag(lead: Lead) -> int:
    with reach.everybody():
        return Tag.objects.get(organization_id=lead.organization_id).pk


def test_an_account_sees_the_keys_of_its_partner_and_no_others(
    organization: Organization, other_organization: Organization
) -> None:
    for each in (organization, other_organization):
        Credential.issue(CredentialKind.RECOVERBIZ, organization=each)
        Credential.issue(CredentialKind.LENDWORKS, organization=each)
    with reach.of(organization.pk):
        assert {key.partner_id or key.organization_id for key in Credential.objects.all()} == {
            organization.partner_id,
            organization.pk,
        }


def test_in_a_transaction_the_reach_may_change(organization: Organization, other_organization: Organization) -> None:
    with transaction.atomic():
        with reach.of(organization.pk):
            assert names() == ["Mary Ours"]
            with reach.everybody():
                assert len(names()) == 2
            assert names() == ["Mary Ours"]
        with reach.of(other_organization.pk):
            assert names() == ["Thea Theirs"]
        with reach.nobody():
            assert names() == []


def test_a_savepoint_that_is_taken_back_takes_nothing_else_back(
    organization: Organization, other_organization: Organization
) -> None:
    with reach.of(organization.pk), transaction.atomic():
        assert names() == ["Mary Ours"]
        with transaction.atomic(), reach.of(other_organization.pk):
            assert names() == ["Thea Theirs"]
            transaction.set_rollback(True)
        assert names() == ["Mary Ours"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.create(organization=organization, name="SBA")
        assert names() == ["Mary Ours"]


def test_after_an_error_the_next_statement_is_right(organization: Organization, alice: Advisor) -> None:
    with reach.of(organization.pk):
        with pytest.raises(IntegrityError):
            Advisor.objects.create(organization=organization, user=alice.user)
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")
        assert names() == ["Mary Ours"]


def test_rows_by_the_chunk_are_those_that_are_reached(organization: Organization) -> None:
    with reach.of(organization.pk):
        assert [lead.name for lead in Lead.objects.iterator(chunk_size=1)] == ["Mary Ours"]


def test_it_costs_no_round_trip(organization: Organization, tmp_path: Path) -> None:
    """What is told and what is asked go together: the server says once that it is ready for more."""
    with reach.of(organization.pk), open(tmp_path / "messages", "w") as file:
        names()
        connection.connection.pgconn.trace(file.fileno())
        names()
        connection.connection.pgconn.untrace()
    messages = (tmp_path / "messages").read_text()
    assert messages.count("ReadyForQuery") == 1
    assert messages.count("CommandComplete") == 2


def test_log_ins_are_found_before_anything_is_known(alice: Advisor) -> None:
    with reach.nobody():
        assert User.objects.filter(pk=alice.user_id).exists()
        assert not Advisor.objects.exists()


def test_the_audit_log_can_be_added_to_and_nothing_else(raw: psycopg.Connection) -> None:
    assert AuditEntry.objects.count() == 0
    for statement in ("UPDATE crm_auditentry SET name = ''", "DELETE FROM crm_auditentry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(statement)
    for statement in ("ALTER TABLE leads_lead DISABLE ROW LEVEL SECURITY", "DROP POLICY everywhere ON leads_lead"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(statement)
