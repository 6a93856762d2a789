"""A database of its own for the benchmark, made and dropped on the PostgreSQL server that the tests use."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

SERVER = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def url_of(name: str) -> str:
    """The address of the database of this name on the same server."""
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


def create(name: str) -> None:
    """An empty database; one of this name that is there already is dropped."""
    drop(name)
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(name: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def exists(name: str) -> bool:
    with psycopg.connect(SERVER, autocommit=True) as server:
        return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
