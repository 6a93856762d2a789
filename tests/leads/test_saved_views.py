"""Views: kept under a name, shared or not, on the list and on the board."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.models import Advisor
from leads.models import SavedView
from tests.conftest import ClientOf

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


def keep(
    client: Client, name: str = "Stale ones", page: str = "list", query: str = "stale=true", **more: str
) -> SavedView:
    answer = client.post(f"/views/new?page={page}&{query}", {"name": name, **more})
    assert answer.status_code == 302, answer.content
    return SavedView.objects.get(name=name)


def test_it_works(client: Client) -> None:
    view = keep(client, query="stale=true&sort=-amount&columns=email&after=1.2&junk=1&q=")
    assert view.query == "stale=true&sort=-amount&columns=email"
    text = client.get("/leads").content.decode()
    assert f"/leads?stale=true&amp;sort=-amount&amp;columns=email&amp;view={view.uuid}" in text
    here = client.get(f"/leads?{view.query}&view={view.uuid}").content.decode()
    assert "Edit view" in here
    assert "Save as view" not in here
    changed = client.get(f"/leads?{view.query}&q=bakery&view={view.uuid}").content.decode()
    assert "Save changes" in changed
    assert "Save as view" in changed


def test_a_view_of_the_board_leads_there(client: Client) -> None:
    view = keep(client, page="board", query="tag=SBA&open=lost&sort=name")
    assert view.query == "tag=SBA&open=lost"
    assert f"/board?tag=SBA&amp;open=lost&amp;view={view.uuid}" in client.get("/leads").content.decode()
    assert 'aria-current="true"' in client.get(f"/board?tag=SBA&open=lost&view={view.uuid}").content.decode()


def test_a_private_view_is_nobody_elses(client: Client, client_of: ClientOf, bob: Advisor, charlie: Advisor) -> None:
    view = keep(client)
    for other in (bob, charlie):
        stranger = client_of(other)
        assert "Stale ones" not in stranger.get("/leads").content.decode()
        assert stranger.get(f"/views/{view.uuid}").status_code == 404
        assert stranger.post(f"/views/{view.uuid}/deletion").status_code == 404


def test_a_shared_view_is_everybodys_to_use_and_its_makers_and_managers_to_change(
    client: Client, client_of: ClientOf, alice: Advisor, bob: Advisor, charlie: Advisor
) -> None:
    hers = keep(client, is_shared="1")
    assert "Stale ones" in client_of(bob).get("/leads").content.decode()
    assert "Stale ones" not in client_of(charlie).get("/leads").content.decode()
    assert client_of(charlie).get(f"/views/{hers.uuid}").status_code == 404
    assert client_of(bob).post(f"/views/{hers.uuid}", {"name": "Mine"}).status_code == 403
    his = keep(client_of(bob), name="His", is_shared="1")
    assert client.post(f"/views/{his.uuid}", {"name": "Ours", "is_shared": "1"}).status_code == 302
    his.refresh_from_db()
    assert (his.name, his.query, his.advisor) == ("Ours", "stale=true", bob)


def test_it_is_changed_and_forgotten(client: Client) -> None:
    view = keep(client)
    assert client.post(f"/views/{view.uuid}?q=bakery", {"name": "Bakers", "with_filters": "1"}).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.query) == ("Bakers", "q=bakery")
    assert client.post(f"/views/{view.uuid}/deletion").status_code == 302
    assert not SavedView.objects.exists()


def test_what_is_wrong_is_said(client: Client) -> None:
    keep(client)
    assert b"Give it a name" in client.post("/views/new?page=list&q=x", {"name": " "}, headers=HTMX).content
    assert b"already" in client.post("/views/new?page=list&q=x", {"name": "Stale ones"}, headers=HTMX).content
    assert client.get("/views/new?page=nonsense").status_code == 404
    much = client.post("/views/new?page=list&" + "&".join(f"tag={'x' * 90}{n}" for n in range(60)), {"name": "Much"})
    assert b"more filters than a view can keep" in much.content
    assert client.post("/views/new?page=list", {"name": "\x00"}).status_code in (302, 422)
