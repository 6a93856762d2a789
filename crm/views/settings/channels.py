"""Channels: the organisation's accounts for texts and e-mail, connected, tried, given a new secret, disconnected."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import channel_accounts
from crm.access import AdvisorRequest
from crm.channel_accounts import AccountRefused
from crm.models import AccountChannel, ChannelAccount, Provider
from crm.views.settings.channel_forms import EmailForm, RateForm, SecretForm, TwilioForm, form_of
from crm.views.settings.channel_rows import PROVIDER_OF, addresses_of, row_of, rows_of
from crm.views.settings.door import manager_required, page
from crm.views.settings.tickets import new_ticket, spend_ticket
from crm.views.settings.webhooks import by_whom

_SENT_ALREADY = gettext_lazy("That form was sent before. A secret is shown only once: if it is lost, make a new one.")


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    return page(request, "channels", "channels", {"channels": rows_of(request.advisor.organization)})


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("secret")
@sensitive_variables("form")
def account(request: AdvisorRequest, channel: str) -> HttpResponse:
    """GET: the account, or the form for one. POST: connect, in the place of one that is connected."""
    provider = PROVIDER_OF[_known(channel)]
    if request.method != "POST":
        return _page(request, channel)
    form = form_of(provider, request.POST)
    if not form.is_valid():
        return _page(request, channel, form=form, status=422)
    if not spend_ticket(request):
        messages.error(request, str(_SENT_ALREADY))
        return redirect("crm:settings-channel", channel)
    try:
        made = channel_accounts.connect(
            request.advisor.organization, provider=provider, **form.cleaned_data, **by_whom(request)
        )
    except AccountRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        return _page(request, channel, form=form, status=422)
    if provider == Provider.SMTP:
        return _secret_page(request, made, is_new=True)
    messages.success(request, _("Connected. Try it out before the first text goes."))
    return redirect("crm:settings-channel", channel)


@manager_required
@require_POST
@sensitive_post_parameters("secret")
@sensitive_variables("form")
def secret(request: AdvisorRequest, channel: str) -> HttpResponse:
    """Twilio: the new auth token is taken. E-mail: a new secret is made, and shown once."""
    found = _account(request, channel)
    if found.provider == Provider.SMTP:
        if not spend_ticket(request):
            messages.error(request, str(_SENT_ALREADY))
            return redirect("crm:settings-channel", channel)
        channel_accounts.replace_secret(found, "", **by_whom(request))
        return _secret_page(request, found, is_new=False)
    form = SecretForm(request.POST, auto_id="new_%s")
    if form.is_valid():
        try:
            channel_accounts.replace_secret(found, form.cleaned_data["secret"], **by_whom(request))
        except AccountRefused as refused:
            form.add_error("secret", refused.words)
        else:
            messages.success(request, _("The new token is in use"))
            return redirect("crm:settings-channel", channel)
    return _page(request, channel, secret_form=form, status=422)


@manager_required
@require_POST
def rate(request: AdvisorRequest, channel: str) -> HttpResponse:
    form = RateForm(request.POST, auto_id="rate_%s")
    if not form.is_valid():
        return _page(request, channel, rate_form=form, status=422)
    channel_accounts.set_rate(_account(request, channel), form.cleaned_data["per_minute"], **by_whom(request))
    messages.success(request, _("Saved"))
    return redirect("crm:settings-channel", channel)


@manager_required
@require_POST
def test(request: AdvisorRequest, channel: str) -> HttpResponse:
    """Ask the provider whether it lets us in. Nothing is sent."""
    try:
        messages.success(request, channel_accounts.try_out(_account(request, channel), now=timezone.now()))
    except AccountRefused as refused:
        messages.error(request, refused.words)
    return redirect("crm:settings-channel", channel)


@manager_required
@require_POST
def disconnection(request: AdvisorRequest, channel: str) -> HttpResponse:
    channel_accounts.disconnect(_account(request, channel), **by_whom(request))
    messages.success(request, _("Disconnected. Its secret is forgotten."))
    return redirect("crm:settings-channels")


def _known(channel: str) -> AccountChannel:
    if channel not in AccountChannel.values:
        raise Http404("No such channel.")
    return AccountChannel(channel)


def _account(request: AdvisorRequest, channel: str) -> ChannelAccount:
    found = _connected(request, _known(channel))
    if found is None:
        raise Http404("No account is connected.")
    return found


def _connected(request: AdvisorRequest, channel: AccountChannel) -> ChannelAccount | None:
    return channel_accounts.accounts_of(request.advisor.organization).filter(channel=channel).first()


def _page(
    request: AdvisorRequest,
    name: str,
    *,
    form: TwilioForm | EmailForm | None = None,
    secret_form: SecretForm | None = None,
    rate_form: RateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    channel = _known(name)
    found = _connected(request, channel)
    context = {
        "channel": row_of(request.advisor.organization, channel, found),
        "form": form or form_of(PROVIDER_OF[channel]),
        "secret_form": secret_form or SecretForm(auto_id="new_%s"),
        "rate_form": rate_form or RateForm(initial={"per_minute": found and found.per_minute}, auto_id="rate_%s"),
        "addresses": addresses_of(found) if found else [],
        "is_reachable": bool(settings.PUBLIC_URL),
        "is_connecting": form is not None,
        "ticket": new_ticket(request),
    }
    return page(request, "channels", "channel", context, status=status)


@sensitive_variables()
def _secret_page(request: AdvisorRequest, account: ChannelAccount, *, is_new: bool) -> HttpResponse:
    """The only answer with the secret in it; never_cache keeps it out of every store."""
    context = {
        "channel": row_of(request.advisor.organization, AccountChannel(account.channel), account),
        "secret": account.secret(),
        "is_new": is_new,
        "addresses": addresses_of(account),
    }
    return page(request, "channels", "channel_secret", context)
