"""What row-level security costs: the same requests to two servers, one as the restricted role, one as the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import orjson
from django.conf import settings
from django.test import Client

from bench.http import Server, serving
from bench.measure import Result, compare
from crm.postgresql.wall import raise_wall

if TYPE_CHECKING:
    from bench.cases import Bench

ROLE = "leadwright_bench"


def behind_the_wall(bench: Bench) -> list[Result]:
    settings.DATABASE_ROLE = ROLE
    raise_wall(password=ROLE)
    environment = {"DATABASE_URL": _as_role(bench.url), "DATABASE_ROLE": ROLE, "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
    with (
        serving("crm.wsgi:application", environment) as walled,
        serving("crm.wsgi:application", environment | {"DATABASE_URL": bench.url}) as owners,
    ):
        return [*_asked(bench, walled, owners), _created(bench, walled, owners)]


def _asked(bench: Bench, walled: Server, owners: Server) -> list[Result]:
    client = Client(headers={"host": "localhost"})
    client.force_login(bench.loaded.advisor.user)
    page = {"Cookie": f"sessionid={client.cookies['sessionid'].value}", "Host": "localhost"}
    key = {"Authorization": f"Bearer {bench.loaded.lendworks[0]}"}
    rare = f"person{bench.leads // 3}@"
    asked = {
        "list of 20, contract": ("/lendworks/v1/leads?limit=20", key, 100),
        "list of leads, page": ("/leads", page, 20),
        "search for a rare word, page": (f"/leads?q={rare}", page, 20),
        "board, page": ("/board?open=converted&open=lost", page, 10),
    }
    return [
        compare(
            f"behind the wall: {name}",
            lambda path=path, headers=headers: walled.ask("GET", path, headers=headers),  # type: ignore[misc]
            lambda path=path, headers=headers: owners.ask("GET", path, headers=headers),  # type: ignore[misc]
            floor_name="the same as the owner",
            target=">= 0.91 (10%)",
            repeat=repeat,
            rounds=21,
        )
        for name, (path, headers, repeat) in asked.items()
    ]


def _created(bench: Bench, walled: Server, owners: Server) -> Result:
    headers = {"X-Partner-Key": bench.loaded.recoverbiz[0], "Content-Type": "application/json"}

    def create(server: Server) -> None:
        body = orjson.dumps({"phone": bench.phones(1)[0], "name": "Jane Doe", "email": "jane@doe.example"})
        server.ask("POST", bench.account, body=body, headers=headers)

    name = "behind the wall: create one lead, contract"
    return compare(
        name, lambda: create(walled), lambda: create(owners), floor_name="the same as the owner", repeat=20, rounds=7
    )


def _as_role(url: str) -> str:
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{ROLE}:{ROLE}@{where}"))
