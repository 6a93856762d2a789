"""The contracts' reference: pages for anybody, documents to download, and keys for trying things out."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from api.openapi.contracts import CONTRACTS
from api.openapi.generator import document
from api.openapi.operations import Contract
from api.openapi.pages import KEYS, reference
from crm import keys
from crm.access import AdvisorRequest, advisor_of
from crm.models import Actor, CredentialKind, Permission
from crm.views.settings.door import manager_required
from crm.views.settings.words import CONTRACTS as NAMES
from crm.views.settings.words import PERMISSIONS, minute

#: How long a key lasts that was made for trying things out.
TRIAL = dt.timedelta(hours=1)

_RENDERERS = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every contract with its address and how its key is shown."""
    base = _base(request)
    shown = [
        {"contract": contract, "base": f"{base}{contract.prefix}", "key": KEYS[contract.slug]}
        for contract in CONTRACTS.values()
    ]
    return _page(request, "index", {"contracts": shown, "base": base})


@require_safe
@gzip_page  # hundreds of kilobytes of words, most of them the same for everybody
def contract_page(request: HttpRequest, slug: str) -> HttpResponse:
    """All operations of a contract, each to be tried out."""
    contract = _contract(slug)
    context = {
        "reference": reference(contract, _base(request)),
        "contracts": [(slug, NAMES[slug]) for slug in CONTRACTS],
        "permissions": PERMISSIONS.items(),
        "key_example": KEYS[slug],
    }
    return _page(request, "contract", context)


@require_safe
@gzip_page
def openapi(request: HttpRequest, slug: str, extension: str) -> HttpResponse:
    """The document as JSON or YAML."""
    renderer = _RENDERERS.get(extension)
    if renderer is None:
        raise Http404
    kind = "application/json" if extension == "json" else "application/yaml"
    answer = HttpResponse(_rendered(_contract(slug), _base(request), extension), content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{slug}-openapi.{extension}"'
    return answer


@manager_required
@require_POST
@sensitive_variables("secret")
def trial_key(request: AdvisorRequest, slug: str) -> HttpResponse:
    """A key that lasts an hour, in this answer and in no other; its end and its owner stand in the settings."""
    contract, now = _contract(slug), timezone.now()
    given = request.POST.get("permission", "")
    context = {"permissions": PERMISSIONS.items(), "key_example": KEYS[slug], "slug": slug}
    try:
        _key, secret = keys.issue(
            organization=request.advisor.organization,
            kind=contract.kind,
            name=_("Console of %(name)s") % {"name": request.advisor.name},
            permission=given if given in PERMISSIONS else Permission.READ,
            advisor=request.advisor if contract.kind == CredentialKind.USERLEADS else None,
            expires_at=now + TRIAL,
            by=Actor.advisor(request.advisor),
            now=now,
        )
    except keys.KeyRefused as refused:
        return render(request, "api/_key.html", context | {"refused": refused.words}, status=422)
    return render(request, "api/_key.html", context | {"secret": secret, "ends": minute(now + TRIAL)})


def _contract(slug: str) -> Contract:
    try:
        return CONTRACTS[slug]
    except KeyError:
        raise Http404 from None


def _base(request: HttpRequest) -> str:
    """Where the world reaches this site."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def _page(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    """In the frame of the workspace for who has signed in, in a plain one for everybody else."""
    request.advisor = advisor_of(request)  # type: ignore[attr-defined]
    return render(request, f"api/{name}.html", {**context, "body": f"api/_{name}.html"})


@lru_cache(maxsize=16)
def _rendered(contract: Contract, base: str, extension: str) -> bytes | str:
    return _RENDERERS[extension]().render(document(contract, base))
