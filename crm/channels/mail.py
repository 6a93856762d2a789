"""
E-mail through Django's mailers (settings.MAILERS): any SMTP server.

SMTP has no way to ask what became of a message, so what is uncertain stays so until a person decides.
"""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Mapping
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.html import linebreaks, urlize

from crm.channels.base import Accepted, CannotTell, Outgoing, Refused, Tried, Uncertain


class Email:
    name = "smtp"

    def send(self, message: Outgoing) -> Accepted:
        mail = _composed(message)
        mailer = _opened()
        try:
            mailer.send_messages([mail])
        except ValueError as error:
            raise Refused("invalid_address", str(error), permanent=True) from error
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise Uncertain(f"The mail server hung up: {error}") from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused("smtp_unsupported", str(error), permanent=True) from error
        except smtplib.SMTPException as error:
            raise _refusal(error) from error
        except OSError as error:
            raise Uncertain(f"The connection to the mail server broke: {error}") from error
        finally:
            _close(mailer)
        return Accepted(message.reference)

    def try_account(self, account: Mapping[str, str]) -> str:
        """Whether the site's mail server lets us in; whether it may send for this address, only an e-mail shows."""
        if not isinstance(mailers.default, EmailBackend):
            raise Refused("no_server", "No mail server is set up for this site: see EMAIL_HOST.", permanent=False)
        _close(_opened())
        return "The mail server accepts our log-in."

    def lookup(self, tried: Tried) -> Accepted | None:
        raise CannotTell("mail servers do not say")


def _opened() -> BaseEmailBackend:
    mailer = mailers.default
    try:
        mailer.open()
    except smtplib.SMTPAuthenticationError as error:
        raise Refused("smtp_login", "The mail server does not accept our log-in.", permanent=False) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Refused("smtp_unreachable", f"The mail server can't be reached: {error}", permanent=False) from error
    return mailer


def message_id(reference: str) -> str:
    """The same at every attempt, so that a mail program that gets two shows one."""
    return f"{reference}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition('@')[2] or 'localhost'}"


def _composed(message: Outgoing) -> EmailMultiAlternatives:
    sender = message.account.get("sender") or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {"Message-ID": f"<{message_id(message.reference)}>"}
    footer = ""
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        footer = f"\n\n-- \nTo get no more of these: {message.unsubscribe_url}\n"
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()) or f"A message from {message.sender}",
        body=message.body + footer,
        from_email=formataddr((" ".join(message.sender.split()), sender)),
        to=[message.to],
        headers=headers,
    )
    mail.attach_alternative(_as_html(message), "text/html")
    return mail


def _as_html(message: Outgoing) -> str:
    end = f'<p><a href="{message.unsubscribe_url}">Unsubscribe</a></p>' if message.unsubscribe_url else ""
    return f"<!doctype html><html><body>{urlize(linebreaks(message.body, autoescape=True))}{end}</body></html>"


def _refusal(error: smtplib.SMTPException) -> Exception:
    """A reply of 5xx is for good, one of 4xx for now; whatever came without a code says nothing."""
    code: int
    reply: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, reply = error.smtp_code, error.smtp_error
    else:
        return Uncertain(f"The mail server's answer can't be read: {error}")
    if not 400 <= code <= 599:
        return Uncertain(f"The mail server answered {code}.")
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    is_ours = isinstance(error, smtplib.SMTPSenderRefused)
    return Refused(
        f"smtp_{code}",
        f"The mail server says: {words}",
        permanent=code >= 500 and not is_ours,
        account_trouble=code >= 500 and is_ours,
    )


def _close(mailer: BaseEmailBackend) -> None:
    """A farewell that fails takes nothing back."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        mailer.close()
