"""Every page of the administration in English and in Spanish: what both say is data, or the same in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import override

from leads.models import Lead
from tests.staff import staff_client
from tests.tenancy.world import build

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
#: What rows say for themselves: a list's cells, values that are only read, what was typed in; and names of pictures.
_DATA_TAGS = {"tbody", "textarea", "code", "pre", "script", "style"}
_DATA = re.compile(r"\b(readonly|material-symbols-outlined)\b")
_SILENT = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SAID = ("aria-label", "title", "placeholder", "alt")
#: The same in both languages; and what an organisation's stages, people and things are called.
SAME = re.compile(
    r"ID|Cron|Error|General|Normal|Manual|Premium|API|SMS|MFA|TOTP|WebAuthn|Leadwright|Twilio|Convoso|Lendworks|Userleads|"
    r"Recoverbiz|English|Español|No|AI|CSV|JSON|XLSX|TSV|ODS|HTML|openai:gpt-…, anthropic:claude-…|.*canary.*|.*@.*|"
    r"hash|reply|assigned|offered|"
    r"New Lead|Application|Submitted|Approved|Contacted|Qualified|Converted|Lost|Application Recovery|[\W\d_]*",
    re.IGNORECASE,
)


class _Reader(HTMLParser):
    """Texts of a page, without those of rows."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[tuple[str, bool]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_data = tag in _DATA_TAGS or bool(_DATA.search(given.get("class") or "")) or self._is_data
        if not is_data:
            self.said += [given[name] or "" for name in _SAID if name in given]
        if tag not in _SILENT:
            self.within.append((tag, is_data))

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_data:
            self.said.append(data)

    @property
    def _is_data(self) -> bool:
        return bool(self.within and self.within[-1][1])


def texts(client: Client, path: str, language: str) -> list[str]:
    return words_of(client.get(path, headers={"Accept-Language": language}))


def words_of(answer: Any) -> list[str]:
    assert answer.status_code == 200
    reader = _Reader()
    reader.feed(answer.content.decode())
    return list(dict.fromkeys(" ".join(each.split()) for each in reader.said))


def left_in(client: Client, path: str) -> list[str]:
    english = set(texts(client, path, "en"))
    return [each for each in texts(client, path, "es") if each in english and not SAME.fullmatch(each)]


def row_of(model: type[Model]) -> Model | None:
    return model._base_manager.order_by("pk").first()


@pytest.fixture(scope="module")
def staff(kept_for_the_module: None) -> Client:
    """Where many tables have a row."""
    build("canary", 101)
    return staff_client("root@leadwright.example", is_superuser=True)


def pages_of(model: type[Model], client: Client) -> Iterator[str]:
    at, about = f"admin:{model._meta.app_label}_{model._meta.model_name}", admin.site._registry[model]
    yield reverse(f"{at}_changelist")
    request = client.get(reverse(f"{at}_changelist")).wsgi_request
    if about.has_add_permission(request):
        yield reverse(f"{at}_add")
    if (row := row_of(model)) is not None:
        yield reverse(f"{at}_change", args=[row.pk])
        yield reverse(f"{at}_history", args=[row.pk])
        if about.has_delete_permission(request, row):
            yield reverse(f"{at}_delete", args=[row.pk])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_it_reads_spanish(staff: Client, model: type[Model]) -> None:
    its_name = capfirst(str(row_of(model)))
    assert [(path, each) for path in pages_of(model, staff) for each in left_in(staff, path) if each != its_name] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_and_so_would_rows_that_are_not_there(model: type[Model]) -> None:
    """A list without rows shows no headings, and nobody opens a form of one that has none."""
    said = {}
    for language in ("en", "es"):
        with override(language):
            said[language] = {str(each) for each in words_about(model)}
    assert [each for each in said["en"] & said["es"] if not SAME.fullmatch(each)] == []


def words_about(model: type[Model]) -> Iterator[Any]:
    about = admin.site._registry[model]
    for name in about.list_display:
        yield label_for_field(name, model, about)
    if model.__module__.startswith(("crm", "leads", "sequences", "api")):
        for field in model._meta.fields:
            yield from (field.verbose_name, field.help_text, *(label for _, label in field.flatchoices))


@pytest.mark.parametrize("path", ["/admin/", "/admin/leads/", "/admin/leads/donotcall/bring-in/"])
def test_and_so_do_pages_of_no_table(staff: Client, path: str) -> None:
    assert left_in(staff, path) == []


def test_and_what_an_action_asks(staff: Client) -> None:
    said = {}
    for language in ("en", "es"):
        form = {"action": "assign", "_selected_action": [Lead.objects.values_list("pk", flat=True)[0]]}
        answer = staff.post("/admin/leads/lead/", form, headers={"Accept-Language": language})
        said[language] = words_of(answer)
    assert [each for each in said["es"] if each in said["en"] and not SAME.fullmatch(each)] == []
