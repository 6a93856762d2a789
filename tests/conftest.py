"""The cast: alice manages, bob is her colleague, charlie works elsewhere and must see nothing."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from crm import reach
from crm.models import Actor, Advisor, Organization, Role, User
from crm.organizations import found
from leads.intake import OnDuplicate, receive_lead
from leads.models import Conversation, Lead, Stage
from tests.auditing import let_databases_be_emptied
from tests.behind_the_wall import django_db_setup
from tests.tried import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["django_db_setup", "pytest_sessionfinish", "pytest_terminal_summary"]

type MakeLead = Callable[..., Lead]
type ClientOf = Callable[[Advisor], Client]

PASSWORD = "correct horse battery"
let_databases_be_emptied()


@pytest.fixture(scope="session", autouse=True)
def all_rows() -> Iterator[None]:
    """A test prepares and looks at everybody's rows; a request that it makes begins with nobody's (crm/reach.py)."""
    with reach.everybody():
        yield


@pytest.fixture
def now() -> dt.datetime:
    """This moment, once for the whole test."""
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    """The folder in which this test's documents, recordings and exports lie."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture(scope="module")
def kept_for_the_module(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Rows and files that fixtures of a module make stay for all of its tests, and are gone after them."""
    media, site.MEDIA_ROOT = site.MEDIA_ROOT, str(tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
    site.MEDIA_ROOT = media


def advisor_in(organization: Organization, email: str, first: str, last: str, role: Role) -> Advisor:
    user = User.objects.create_user(email, first_name=first, last_name=last)
    user.password = _hashed(PASSWORD)
    user.save(update_fields=["password"])
    return Advisor.objects.create(organization=organization, user=user, role=role)


def _hashed(password: str) -> str:
    """One cheap hash for everybody: a slow one for each fixture would take most of a test run's time."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    return PBKDF2PasswordHasher().encode(password, "salt", iterations=1)


@pytest.fixture
def organization(db: None) -> Organization:
    """Acme Lending, with the default stages; quiet hours are off, so that the clock decides nothing."""
    return found(name="Acme Lending", quiet_hours=False, now=dt.datetime.now(dt.UTC))


@pytest.fixture
def stages(organization: Organization) -> dict[str, Stage]:
    """Acme's stages by key, in board order."""
    return {stage.key: stage for stage in Stage.objects.filter(organization=organization).order_by("position")}


@pytest.fixture
def alice(organization: Organization) -> Advisor:
    return advisor_in(organization, "alice@acme.example", "Alice", "Archer", Role.MANAGER)


@pytest.fixture
def bob(organization: Organization) -> Advisor:
    return advisor_in(organization, "bob@acme.example", "Bob", "Baker", Role.ADVISOR)


@pytest.fixture
def other_organization(db: None) -> Organization:
    return found(name="Rival Capital", quiet_hours=False, now=dt.datetime.now(dt.UTC))


@pytest.fixture
def charlie(other_organization: Organization) -> Advisor:
    """Admin where he is; nobody at Acme."""
    return advisor_in(other_organization, "charlie@rival.example", "Charlie", "Cole", Role.ADMIN)


def sign_in(client: Client, user: User) -> None:
    """As if they had just shown their password."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which this advisor has signed in."""

    def signed_in(advisor: Advisor) -> Client:
        client = Client()
        sign_in(client, advisor.user)
        return client

    return signed_in


def written_to(lead: Lead, at: dt.datetime) -> None:
    """They heard of us last at that time."""
    talk, _ = Conversation.objects.update_or_create(
        organization=lead.organization, address=lead.address, defaults={"last_message_at": at, "last_outbound_at": at}
    )
    Lead.objects.filter(pk=lead.pk).update(conversation=talk)
    lead.refresh_from_db()


@pytest.fixture
def make_lead(organization: Organization) -> MakeLead:
    """A lead through the one door: make_lead(name="Mary", stage=stages["contacted"], tags=["SBA"])."""
    count = 0

    def make(**fields: Any) -> Lead:
        nonlocal count
        count += 1
        owner = fields.pop("organization", organization)
        at = fields.pop("now", None) or dt.datetime.now(dt.UTC)
        by = fields.pop("by", None) or Actor.system()
        fields.setdefault("name", f"Borrower {count}")
        fields.setdefault("phone", f"+1415555{count + 1000}")  # the simulator refuses …0000 and …0001
        received = receive_lead(organization=owner, fields=fields, by=by, now=at, on_duplicate=OnDuplicate.NEW)
        return received.lead

    return make
