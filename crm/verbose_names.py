"""
Names of fields and tables in the administration, in the reader's language.

Django makes a field's name of its attribute ("created_at": "created at") and translates no name that it made up. They
are marked here and in the other packages' verbose_names.py, so that the catalogue has them, and are looked up there.
"""

from __future__ import annotations

from django.apps import apps
from django.db.models import Field
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _


def translate() -> None:
    """Once all models are there. A name that somebody gave has its own translation; migrations see none of this."""
    for model in apps.get_models(include_auto_created=True):
        for name in ("verbose_name", "verbose_name_plural"):
            if name not in model._meta.original_attrs:
                setattr(model._meta, name, gettext_lazy(str(getattr(model._meta, name))))
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field._verbose_name is None:  # type: ignore[attr-defined]
                field.verbose_name = gettext_lazy(str(field.verbose_name))


#: Of this package, and of allauth.
NAMES = (
    _("authenticator"), _("authenticators"), _("user session"), _("user sessions"),
    _("accepted at"), _("actor id"), _("actor kind"), _("actor label"), _("advisor"), _("advisors may export"),
    _("advisors may import"), _("advisors see"), _("ai monthly cap"), _("ai pause hours"), _("attempts"), _("body"),
    _("broken"), _("business days"), _("business from"), _("business until"), _("call script"), _("chained at"),
    _("changed at"), _("channel"), _("checked"), _("checked hash"), _("click to call"), _("connected at"),
    _("contact from"), _("contact until"), _("contract"), _("created at"), _("data"), _("delivered at"), _("detail"),
    _("digest"), _("disconnected at"), _("email"), _("endpoint"), _("event"), _("event type"), _("events"),
    _("expires at"), _("external id"), _("failing since"), _("happened at"), _("hash"), _("horizon"), _("invited by"),
    _("ip"), _("is active"), _("is demo"), _("is log in"), _("is stopped with all"), _("key"), _("kind"), _("language"),
    _("last answer"), _("last error"), _("last seen at"), _("last status"), _("last used at"), _("lead id"),
    _("lead uuid"), _("lease"), _("licensed in"), _("link hosts"), _("locked key"), _("locked secret"), _("mail"),
    _("mail at"), _("mail attempts"), _("mail lease"), _("mail state"), _("mark"), _("model"), _("most open leads"),
    _("name"), _("names"), _("next attempt at"), _("number"), _("opened at"), _("organization"), _("partner"),
    _("pass began at"), _("paused until"), _("per minute"), _("permission"), _("prefix"), _("previous secret"),
    _("previous secret until"), _("price read"), _("price written"), _("provider"), _("public id"), _("quiet hours"),
    _("read at"), _("requires consent"), _("requires second step"), _("revoked at"), _("role"), _("secret"), _("seen"),
    _("sender"), _("sending stopped at"), _("sending stopped by"), _("sending stopped why"), _("sent at"), _("settled"),
    _("source"), _("source id"), _("state"), _("switched off because"), _("tier"), _("time zone"), _("tries"),
    _("trouble"), _("trouble since"), _("type"), _("url"), _("user"), _("user agent"), _("uuid"), _("verified"),
    _("verified at"), _("withdrawn at"),
)  # fmt: skip
