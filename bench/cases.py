"""What is measured, each beside its floor."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import orjson
import psycopg
from django.test import Client
from django.utils import timezone

from bench import floors
from bench.engine import engine_steps
from bench.http import Server, serving
from bench.load import Loaded
from bench.measure import Result, compare
from bench.walled import behind_the_wall
from leads import board, listing, search, sorting, tallies
from leads.models import Lead, Stage
from leads.models.sort_keys import heading


@dataclass
class Bench:
    """The data, a direct connection to it, our server, and the bare one."""

    loaded: Loaded
    leads: int
    url: str
    direct: psycopg.Connection
    ours: Server
    bare: Server

    def __post_init__(self) -> None:
        self._lendworks = itertools.cycle(self.loaded.lendworks)
        self._recoverbiz = itertools.cycle(self.loaded.recoverbiz)
        self._serial = itertools.count(int(time.time() * 100) % 10**9 * 6)  # others than in earlier runs, for --reuse

    def get(self, path: str) -> bytes:
        """Our answer to a LendWorks request, each time with the next key."""
        return self.ours.ask("GET", path, headers={"Authorization": f"Bearer {next(self._lendworks)}"})

    def get_bare(self, path: str) -> bytes:
        return self.bare.ask("GET", path, headers={"Authorization": f"Bearer {self.loaded.lendworks[0]}"})

    def post(self, path: str, given: object) -> bytes:
        """Our answer to a RecoverBiz request."""
        headers = {"X-Partner-Key": next(self._recoverbiz), "Content-Type": "application/json"}
        return self.ours.ask("POST", path, body=orjson.dumps(given), headers=headers)

    def phones(self, count: int) -> list[str]:
        """Numbers that nobody has yet."""
        return [f"+1{3_000_000_000 + next(self._serial)}" for _ in range(count)]

    @property
    def account(self) -> str:
        return f"/recoverbiz/v1/accounts/{self.loaded.organization.public_id}/leads"


@contextmanager
def opened(loaded: Loaded, leads: int, url: str, redis: str) -> Iterator[Bench]:
    """Both servers up, and a connection of our own."""
    with ExitStack() as stack:
        direct = stack.enter_context(psycopg.connect(url, autocommit=True))
        environment = {"DATABASE_URL": url, "REDIS_URL": redis, "LOG_LEVEL": "ERROR"}
        ours = stack.enter_context(serving("crm.wsgi:application", environment))
        insert = floors.insert_statement(loaded.organization.pk)
        bare = stack.enter_context(serving("bench.floor_app:application", environment | {"FLOOR_INSERT": insert}))
        yield Bench(loaded, leads, url, direct, ours, bare)


def list_page(bench: Bench) -> Result:
    path = "/lendworks/v1/leads?limit=20"
    return compare(
        "list of 20 over HTTP",
        lambda: bench.get(path),
        lambda: bench.get_bare(path),
        floor_name="bare WSGI, SQL, orjson",
        target=">= 0.40",
        repeat=100,
    )


def deep_offset(bench: Bench) -> Result:
    page = bench.leads // 2 // 20
    path = f"/lendworks/v1/leads?limit=20&page={page}"
    return compare(
        f"page {page:,} of 20 over HTTP (the contract's own offset)",
        lambda: bench.get(path),
        lambda: bench.get_bare(path),
        floor_name="the same OFFSET behind bare WSGI",
        target=">= 0.83 (1.2x)",
        repeat=3,
    )


def deep_keyset(bench: Bench) -> Result:
    leads = Lead.objects.visible_to(bench.loaded.advisor)
    stage = Stage.objects.filter(organization=bench.loaded.organization).order_by("position")[0]
    column = Lead.objects.filter(stage=stage).order_by("-position", "-pk")
    first, deep = (board.Place.of(column[offset]) for offset in (0, bench.leads // 16))
    return compare(
        f"board column, {bench.leads // 16:,} cards deep",
        lambda: board.next_cards(leads, stage, below=deep),
        lambda: board.next_cards(leads, stage, below=first),
        floor_name="the same column's first page",
        target=">= 0.67 (1.5x)",
        repeat=30,
    )


def deep_list(bench: Bench) -> list[Result]:
    """The list of leads half way down, in each of its orders, to its first page: SQL and rows, without the template."""
    loaded, now = bench.loaded, timezone.now()
    leads = Lead.objects.visible_to(loaded.advisor)
    stages = {stage.pk: stage for stage in Stage.objects.filter(organization=loaded.organization)}
    team = board.team_of(loaded.organization)

    def read(sort: sorting.Sort, start: listing.Start) -> listing.Page:
        return listing.read_page(leads, sort, start, advisor=loaded.advisor, stages=stages, team=team, now=now)

    def one(sort: sorting.Sort) -> Result:
        middle = sort.ordered(leads.annotate(heading=heading()))[bench.leads // 2]
        deep = listing.Start(after=sort.place_of(middle))
        return compare(
            f"list of leads by {sort.name}, {bench.leads // 2:,} deep",
            lambda: read(sort, deep),
            lambda: read(sort, listing.Start()),
            floor_name="its first page",
            target=">= 0.67 (1.5x)",
            repeat=20,
        )

    return [one(sort) for sort in sorting.SORTS.values()]


def board_sql(bench: Bench) -> Result:
    organization = bench.loaded.organization
    stages = list(Stage.objects.filter(organization=organization))

    def ours() -> None:
        board.top_cards(bench.loaded.advisor, dict.fromkeys(stages, board.PAGE))
        tallies.stage_totals(organization)

    return compare(
        "board: cards and totals",
        ours,
        lambda: floors.board(bench.direct, organization.pk),
        floor_name="LATERAL and counters by hand",
        target=">= 0.67 (1.5x)",
        repeat=20,
    )


def board_page(bench: Bench) -> Result:
    client = Client(headers={"host": "localhost"})
    client.force_login(bench.loaded.advisor.user)
    cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}", "Host": "localhost"}

    def the_list() -> None:
        for _ in range(4):
            bench.ours.ask("GET", "/leads", headers=cookie)

    return compare(
        "board page over HTTP, 8 stages x 25 cards",
        lambda: bench.ours.ask("GET", "/board?open=converted&open=lost", headers=cookie),
        the_list,
        floor_name="the list page of 200 leads: 4 x 50",
        target=">= 0.50 (2x)",
        repeat=5,
    )


def searching(bench: Bench) -> list[Result]:
    leads = Lead.objects.of(bench.loaded.organization)
    first_page = lambda: list(leads.newest_first()[:20])  # noqa: E731
    rare = f"person{bench.leads // 3}@"
    terms = {"a common word": "harbor", "a rare one": rare, "a phone": "(200) 000-01", "none": "zzzyx"}

    def one(kind: str, text: str) -> Result:
        return compare(
            f"search, {kind}: {text}",
            lambda: list(search.search(leads, text).newest_first()[:20]),
            first_page,
            floor_name="newest 20",
            target=">= 0.02 (50x)",
            repeat=3,
        )

    return [one(kind, text) for kind, text in terms.items()]


def create(bench: Bench) -> Result:
    def ours() -> None:
        bench.post(bench.account, {"phone": bench.phones(1)[0], "name": "Jane Doe", "email": "jane@doe.example"})

    def bare() -> None:
        body = orjson.dumps({"phone": bench.phones(1)[0]})
        bench.bare.ask("POST", "/", body=body, headers={"Authorization": f"Bearer {bench.loaded.lendworks[0]}"})

    return compare(
        "create one lead over HTTP",
        ours,
        bare,
        floor_name="one raw insert behind bare WSGI",
        target=">= 0.30",
        repeat=50,
    )


def bulk(bench: Bench) -> Result:
    def ours() -> None:
        rows = [{"phone": phone, "name": "Jane Doe", "email": "jane@doe.example"} for phone in bench.phones(1000)]
        answer = orjson.loads(bench.post(f"{bench.account}/bulk", {"leads": rows}))
        assert answer["imported"] == 1000, answer

    return compare(
        "bulk import of 1,000 over HTTP, a row",
        ours,
        lambda: floors.staged_copy(bench.direct, bench.loaded.organization.pk, bench.phones(1000)),
        floor_name="staged COPY of the same rows",
        target=">= 0.40",
        per=1000,
    )


def all_cases() -> list[Callable[[Bench], Result | list[Result]]]:
    """In the order of the table; the ones that write come last."""
    return [
        list_page,
        deep_offset,
        deep_keyset,
        deep_list,
        board_sql,
        board_page,
        searching,
        behind_the_wall,
        create,
        bulk,
        engine_steps,
    ]
