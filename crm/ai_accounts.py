"""Which model writes for an organisation: its own, the site's, or none."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.ai.base import Account, Unwritten
from crm.encryption import Unreadable
from crm.models import Actor, AiAccount, Organization

#: What `model` may begin with; each has its client in crm/ai/model.py.
PROVIDERS = ("openai", "anthropic")

_MODEL = re.compile(rf"(?:{'|'.join(PROVIDERS)}):[A-Za-z0-9][\w.:/@-]{{0,80}}\Z")


class AccountRefused(Exception):
    """The words say why, to a person; field names what was wrong with."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


def accounts_of(organizations: Iterable[int]) -> dict[int, Account | None]:
    """By the id of the organisation, whose model writes for it; None: the composer does. One statement."""
    ids = set(organizations)
    own = {row.organization_id: _opened(row) for row in AiAccount.objects.filter(organization__in=ids)}
    return {each: own.get(each) or site_account() for each in ids}


def account_of(organization: Organization) -> Account | None:
    return accounts_of([organization.pk])[organization.pk]


def site_account() -> Account | None:
    """The model that the settings name, for organisations without their own."""
    if not settings.AI_MODEL:
        return None
    return Account(settings.AI_MODEL, key=settings.AI_API_KEY, url=settings.AI_BASE_URL, prices=settings.AI_PRICES)


def _opened(row: AiAccount) -> Account:
    try:
        return Account(row.model, key=row.key(), prices=row.prices)
    except Unreadable:
        # Somebody else's model must not write for them instead; the provider turns the empty key away, and says so.
        return Account(row.model, key="")


def is_model(model: str) -> bool:
    """Whether it is "provider:name" with a provider that we know."""
    return bool(_MODEL.match(model))


def checked(model: str, key: str) -> tuple[str, str]:
    """The same, without spaces around. Raises AccountRefused for what can't be right."""
    model, key = model.strip(), key.strip()
    if not is_model(model):
        raise AccountRefused(
            _("Write provider:name; the provider is %(choices)s.") % {"choices": " or ".join(PROVIDERS)}, "model"
        )
    if not key or not key.isascii() or not key.isprintable():
        raise AccountRefused(_("The key is missing, or holds characters that no key has."), "key")
    return model, key


def own_account(organization: Organization) -> AiAccount | None:
    return AiAccount.objects.filter(organization=organization).first()


@transaction.atomic
def connect(
    organization: Organization,
    *,
    model: str,
    key: str,
    prices: tuple[Decimal, Decimal] | None = None,
    by: Actor,
    now: dt.datetime,
) -> AiAccount:
    """
    From now on this model writes, paid for by this key; what there was before is replaced. Raises AccountRefused.

    An empty key keeps the one that is there, with the same provider. prices: as Account has them.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    former = own_account(organization)
    keeps_key = not key.strip() and former is not None and _provider(former.model) == _provider(model.strip())
    model, key = checked(model, "kept" if keeps_key else key)
    account = former or AiAccount(organization=organization)
    account.model, account.changed_at = model, now
    account.price_read, account.price_written = prices or (None, None)
    if not keeps_key:
        account.lock(key)
    account.save()
    told = {"model": model, "key": "kept" if keeps_key else "new", "prices": [str(each) for each in prices or ()]}
    events.record("ai.connected", organization=organization, by=by, now=now, **told)
    return account


def try_out(account: Account) -> str:
    """Have the model say a word, for a fraction of a cent; what came of it, in words. Raises AccountRefused."""
    from crm.ai import model  # seconds of imports, which nobody waits for who uses no model

    try:
        return model.try_out(account)
    except Unwritten as error:
        raise AccountRefused(error.words) from error


def _provider(model: str) -> str:
    return model.partition(":")[0]


@transaction.atomic
def disconnect(account: AiAccount, *, by: Actor, now: dt.datetime) -> bool:
    """The site's model writes again, or the composer; the key is forgotten. False when it was so before."""
    gone, _ = AiAccount.objects.filter(pk=account.pk).delete()
    if gone:
        events.record("ai.disconnected", organization=account.organization_id, by=by, now=now, model=account.model)
    return bool(gone)
