"""In and out, and the pages for when things go wrong."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from crm.models import Advisor, User
from tests.conftest import PASSWORD, ClientOf


def test_it_works(alice: Advisor) -> None:
    answer = Client().post("/sign-in", {"login": "ALICE@acme.example", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/board"


def test_it_says_plainly_that_the_password_is_wrong(alice: Advisor) -> None:
    answer = Client().post("/sign-in", {"login": "alice@acme.example", "password": "wrong"})
    assert answer.status_code == 200
    assert "belong together" in answer.content.decode()


def test_it_goes_nowhere_else_after_signing_in(alice: Advisor) -> None:
    form = {"login": "alice@acme.example", "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/sign-in", form)["Location"] == "/board"


def test_it_signs_out_by_post_only(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    assert "Are you sure" in client.get("/sign-out").content.decode()
    assert client.get("/board").status_code == 200
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/board")["Location"] == "/sign-in?next=/board"


def test_it_sends_home_to_the_board(db: None) -> None:
    assert Client().get("/")["Location"] == "/board"


def test_it_refuses_a_user_without_an_organization(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody@example.com"))
    answer = client.get("/board")
    assert answer.status_code == 403
    assert "belongs to no active organisation" in answer.content.decode()


def test_it_refuses_an_advisor_who_left(alice: Advisor, client_of: ClientOf) -> None:
    Advisor.objects.filter(pk=alice.pk).update(is_active=False)
    assert client_of(alice).get("/board").status_code == 403


def test_no_script_or_style_may_come_from_anywhere_else(alice: Advisor, client_of: ClientOf) -> None:
    answer = client_of(alice).get("/board")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page


def test_a_page_that_is_not_there_shows_the_way_back(db: None) -> None:
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


def test_a_form_that_was_open_too_long_is_refused_in_plain_words(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


def test_a_mistake_of_ours_is_said_without_its_details(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    client.raise_request_exception = False
    with patch("leads.views.board.read_board", side_effect=ValueError("the inner secret")):
        answer = client.get("/board")
    assert answer.status_code == 500
    assert "went wrong on our side" in answer.content.decode()
    assert "inner secret" not in answer.content.decode()


@pytest.mark.django_db
class TestHealth:
    def test_it_works(self) -> None:
        answer = Client().get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")

    def test_it_says_when_the_database_is_away(self) -> None:
        with patch("crm.views.health.connection.cursor", side_effect=OperationalError):
            answer = Client().get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "down")
