"""
Schemathesis tries every operation of each document, with all its checks, on the application itself.

Each contract is asked at least SCHEMATHESIS_CASES times (1,000 unless the environment says more), shared out among its
operations. tests/tried.py counts, and tells how many there were. Every other question has a parameter that no contract
knows, which must change nothing. U+0000 is for tests/api/test_any_body.py.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.convoso.vocabulary import DATE_RANGES
from api.openapi.contracts import CONTRACTS
from api.openapi.generator import document
from crm.models import Credential, CredentialKind, Permission, Tier
from crm.models.credential import digest_of
from tests.tenancy.world import Side, build
from tests.tried import PROPERTY

CASES = int(os.environ.get("SCHEMATHESIS_CASES", "1000"))
UNKNOWN = "nobody_knows_this"
#: The names that parameters of addresses have for Side.ids. lead_id means one thing here, another there.
PATH_IDS = {
    "account_id": "account",
    "phone": "phone",
    "sequence_id": "sequence",
    "requirement_id": "requirement",
    "company_id": "company",
}
BODY_IDS = {"stageId": "stage", "assignToAdvisorId": "advisor", "contactId": "contact"}
#: Of these hardly any made-up value is taken by Convoso.
REFUSED_BY_CODE = {
    *DATE_RANGES, "start_time", "end_time", "offset", "limit", "email", "owner_id", "status", "campaign_id",
    "phone_code", "filter_phone_code", "update_if_found", "check_dup", "check_dup_list", "check_dup_archive",
    "check_dnc", "check_wireless", "reject_by_carrier_type",
}  # fmt: skip
LEAD_IDS = {"lendworks": "lead", "userleads": "lead_number"}
WEBHOOK_IDS = {"lendworks": "webhook", "recoverbiz": "partner_webhook"}

#: One key for each contract, and where Schemathesis shall show it: by the name of the document's security scheme.
SECRETS = {kind: f"{kind}-key-of-schemathesis-{'0' * 20}" for kind in CONTRACTS}
AUTH = {
    "lendworks": {"bearer": {"bearer": SECRETS["lendworks"]}},
    "recoverbiz": {"partnerKey": {"api_key": SECRETS["recoverbiz"]}},
    "userleads": {"apiKey": {"api_key": SECRETS["userleads"]}},
    "convoso": {"authToken": {"api_key": SECRETS["convoso"]}},
}

pytestmark = pytest.mark.django_db


def is_negative_at(case: Case, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def as_written(query: Mapping[str, Any]) -> dict[str, Any]:
    """5.0 is an integer to JSON Schema, and 5 in an address."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in query.items()
    }


@dataclass
class Caller:
    """Whoever has the key of one contract, and how often they asked."""

    kind: str
    side: Side
    asked: int = 0

    def call(self, case: Case) -> None:
        """Ask, and check the answer. Of addresses with ids three in four name rows that are there."""
        self.asked += 1
        if self.asked % 4 and not is_negative_at(case, ParameterLocation.PATH):
            case.path_parameters.update(self.ids(case.path_parameters))
        if "Idempotency-Key" in case.headers and not is_negative_at(case, ParameterLocation.HEADER):
            case.headers["Idempotency-Key"] = f"key-{self.asked}"  # or it would rightly be refused with another body
        if case.query and not is_negative_at(case, ParameterLocation.QUERY):
            case.query.update(as_written(case.query))
        if isinstance(case.body, dict):
            self.complete(case)
        if self.asked % 2:
            case.query = {**(case.query or {}), UNKNOWN: "x"}
        response = case.call()
        case.validate_response(response, excluded_checks=self.settled_by(response))

    def complete(self, case: Case) -> None:
        """Ids in bodies are of rows that are there. Convoso's token would win over the one that opens: it goes."""
        body = case.body
        if isinstance(body.get("auth_token"), str | int | float | None):
            body.pop("auth_token", None)
        if not is_negative_at(case, ParameterLocation.BODY):
            body.update({name: str(self.side.ids[BODY_IDS[name]]) for name in body if name in BODY_IDS})

    def settled_by(self, response: Any) -> list[Any]:
        """Convoso refuses with 200: what says so in its envelope has not been accepted, and may have been right."""
        if self.kind == CredentialKind.CONVOSO and response.status_code == 200 and not response.json()["success"]:
            return [negative_data_rejection, positive_data_acceptance]
        return []

    def ids(self, parameters: Iterable[str]) -> dict[str, Any]:
        names = PATH_IDS | {"lead_id": LEAD_IDS.get(self.kind), "webhook_id": WEBHOOK_IDS.get(self.kind)}
        return {name: str(self.side.ids[names[name]]) for name in parameters}


@pytest.fixture(scope="module")
def side(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Side]:
    """All that the addresses may name; what is asked of it is undone."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)  # the transaction is ours, as under Django's test client
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.MEDIA_ROOT", str(tmp_path_factory.mktemp("files")))
        yield build("acme", 101)
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


type CallerOf = Callable[[str], Caller]


@pytest.fixture
def caller_of(db: None, side: Side, record_property: Callable[[str, object], None]) -> Iterator[CallerOf]:
    """The key is made anew for each operation, so that each has the documented limits to itself."""
    made: dict[str, Caller] = {}

    def caller(kind: str) -> Caller:
        if kind not in made:
            advisor = side.admin if kind == CredentialKind.USERLEADS else None
            key, _ = Credential.issue(kind, organization=side.organization, advisor=advisor, permission=Permission.FULL)
            Credential.objects.filter(pk=key.pk).update(tier=Tier.PREMIUM, digest=digest_of(SECRETS[kind]))
            made[kind] = Caller(kind, side)
        return made[kind]

    yield caller
    for kind, each in made.items():
        if each.asked:
            record_property(PROPERTY, [kind, each.asked, OPERATIONS[kind], CASES])


OPERATIONS: dict[str, int] = {}


def schema_of(slug: str, **more: Any) -> Any:
    # No contract keeps U+0000, and all ignore parameters that they do not know: Caller adds one.
    generation = {"allow-extra-parameters": False, "allow-x00": False, **more}
    config = SchemathesisConfig.from_dict({"generation": generation, "auth": {"openapi": AUTH[slug]}})
    described = deepcopy(document(CONTRACTS[slug], "http://testserver"))  # following links writes into it
    schema = schemathesis.openapi.from_dict(described, config=config)
    schema.app = get_wsgi_application()
    return schema


def tried(slug: str) -> Any:
    """The test of one contract: one item for each operation of its document."""
    schema = schema_of(slug)
    operations = [found.ok() for found in schema.get_all_operations()]
    OPERATIONS[slug] = len(operations)
    # Of those without any parameter there is but one case.
    share = math.ceil(CASES / sum(bool(each.path_parameters or each.query or each.body) for each in operations))

    @schema.parametrize()
    @settings(max_examples=share, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def test(case: Case, caller_of: CallerOf) -> None:
        caller_of(slug).call(case)

    return test


def named_by(case: Case) -> dict[str, Any]:
    """The parameters of one of Convoso's cases, wherever they stand."""
    given = case.query if case.method == "GET" else case.body
    return given if isinstance(given, dict) else {}


def address_of(case: Case) -> str:
    """The operation's name; Convoso's serve POST and GET alike."""
    return str(case.operation.definition.raw["operationId"]).removesuffix("_by_query")


def make_likely(case: Case, side: Side, number: int, made: set[str]) -> None:
    """Convoso takes anything and refuses with a code: say what it does not refuse. made: ids of what was made."""
    name, given = address_of(case), named_by(case)
    for doubtful in REFUSED_BY_CODE:
        given.pop(doubtful, None)
    if name == "insert_lead":
        given["phone_number"] = f"415{5550000 + number}"
        if str(given.get("list_id")) not in made:
            given["list_id"] = side.ids["list"]
    elif name == "insert_list":
        given |= {"name": f"A list called {number}", "campaign_id": side.ids["campaign"]}
    elif name == "update_lead":
        for other in ("phone_number", "list_id"):
            given.pop(other, None)
    elif name == "update_list":
        given["name"] = f"Another called {number}"


@pytest.mark.parametrize("slug", CONTRACTS)
def test_what_was_made_is_found_changed_and_gone_by_the_links(slug: str, caller_of: CallerOf) -> None:
    """Schemathesis follows the links of the document, in any order: create, get, update, delete, get again."""
    caller, count = caller_of(slug), itertools.count()
    # Of Convoso's many operations few have links: half as many rounds leave some of them to chance.
    rounds = CASES // (10 if slug == CredentialKind.CONVOSO else 40)
    followed: set[str] = set()
    made: set[str] = set()

    class Links(schema_of(slug, mode="positive").as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            """Each round begins with the same rows: Hypothesis goes back to what it has tried, and must find it so."""
            super().setup()
            self.round = transaction.atomic()
            self.round.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.round.__exit__(None, None, None)
            super().teardown()

        def before_call(self, case: Case) -> None:
            if len(case.path_parameters) > 1:  # below an account; the account alone is the one that was made
                case.path_parameters.update(caller.ids({"account_id"} & set(case.path_parameters)))
            elif case.path_parameters and not case.operation.path.endswith("}"):
                case.path_parameters.update(caller.ids(case.path_parameters))
            case.query = as_written(case.query or {})
            if "Idempotency-Key" in case.headers:
                case.headers["Idempotency-Key"] = f"key-{next(count)}"
            if isinstance(case.body, dict):
                caller.complete(case)
                if "is_active" in case.body:
                    case.body["is_active"] = True  # an account at rest would refuse the rest
                if "phone" in case.body:
                    case.body["phone"] = f"+1415{5550000 + next(count)}"  # hardly any made-up one could be dialled
            if slug == CredentialKind.CONVOSO:
                make_likely(case, caller.side, next(count), made)

        def after_call(self, response: Any, case: Case) -> None:
            if slug == CredentialKind.CONVOSO:
                told = response.json()
                if told["success"] and made & {str(named_by(case).get(name)) for name in ("lead_id", "list_id", "id")}:
                    followed.add(address_of(case))
                made.update({told["id"]} if told["success"] and "id" in told else ())
            elif case.operation.path.endswith("}") and response.status_code == 200:
                followed.add(address_of(case))

    Links.run(
        settings=settings(
            max_examples=rounds,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
    )
    linked = {
        name.removesuffix("_by_query")
        for methods in document(CONTRACTS[slug])["paths"].values()
        for operation in methods.values()
        for answer in operation["responses"].values()
        for name in answer.get("links", ())
    }
    assert len(linked & followed) > len(linked) * 3 // 4, linked - followed  # which ones, chance decides


test_lendworks = tried("lendworks")
test_recoverbiz = tried("recoverbiz")
test_userleads = tried("userleads")
test_convoso = tried("convoso")
