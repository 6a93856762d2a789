"""For the tests of the administration."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.staff import staff_client


@pytest.fixture
def staff(db: None) -> Client:
    """A browser in which a superuser, who works in no organisation, has signed in."""
    return staff_client("root@leadwright.example", is_superuser=True)


def page(name: str, view: str, *args: Any) -> str:
    return reverse(f"admin:{name.replace('.', '_')}_{view}", args=args)


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send back when the form is submitted as it is shown."""
    form = client.get(url).context["adminform"].form
    return {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}
