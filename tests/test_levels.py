"""Levels of data (docs/privacy.md): what is secret or special lies closed, and does not go where it should not."""

from __future__ import annotations

import inspect
import re

from django.apps import apps
from django.conf import settings
from django.db.models import FileField

from crm.models.encrypted import EncryptedField
from leads import briefing, list_columns, search
from leads.exporting import COLUMNS

SPECIAL = {"leads.Lead.date_of_birth", "leads.Lead.std_account_number"}
SECRET = {"crm.WebhookEndpoint.secret", "crm.WebhookEndpoint.previous_secret"}
#: Closed by code of their own (crm/encryption.py).
LOCKED = {
    "crm.AiAccount.locked_key", "crm.AuditChain.locked_key", "crm.ChannelAccount.locked_secret"
}  # fmt: skip


def columns(kind: type) -> set[str]:
    return {f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in model._meta.fields
            if isinstance(field, kind)}  # fmt: skip


def test_each_column_that_lies_closed_has_a_level() -> None:
    assert columns(EncryptedField) == SPECIAL | SECRET
    fields = [(model, field) for model in apps.get_models() for field in model._meta.fields]
    assert {f"{model._meta.label}.{field.name}" for model, field in fields if "locked_" in field.name} == LOCKED


def test_files_lie_closed() -> None:
    """Whatever they are: papers, recordings, copies, imports."""
    assert settings.STORAGES["default"]["BACKEND"] == "crm.sealed_storage.SealedStorage"
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, FileField):
                assert field.storage is not None
                assert type(field.storage).__name__ in ("DefaultStorage", "SealedStorage"), field


def test_what_is_special_is_in_no_list_file_search_or_prompt() -> None:
    for name in (each.rpartition(".")[2] for each in SPECIAL):
        assert name not in COLUMNS
        for module in (list_columns, search, briefing):
            assert name not in inspect.getsource(module)


def test_each_level_says_how_it_is_protected() -> None:
    rows = re.findall(
        r"^\| \*\*([\w ]+)\*\* \| (.+?) \| (.+?) \|$", (settings.BASE_DIR / "docs/privacy.md").read_text(), re.MULTILINE
    )
    assert [name for name, _, _ in rows] == ["secret", "special", "personal", "on record", "internal", "public"]
    special = {name: what for name, what, _ in rows}["special"]
    assert "dates of birth" in special
    assert "account numbers" in special
