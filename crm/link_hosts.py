"""Where texts that no person wrote may link to: host names, and everything below them."""

from __future__ import annotations

import re

_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,40})\Z")
_AROUND = re.compile(r"^[a-z][a-z0-9+.-]*://|[/?#].*$")
#: Under these anybody can have a name, so that they would allow links to strangers.
_EVERYBODYS = frozenset(
    {"co.uk", "com.mx", "com.br", "com.au", "co.nz", "github.io", "netlify.app", "vercel.app", "pages.dev", "web.app"}
    | {"herokuapp.com", "blogspot.com", "wordpress.com", "weebly.com", "wixsite.com", "myshopify.com"}
    | {"bit.ly", "tinyurl.com", "t.co", "goo.gl"}
)


class HostRefused(ValueError):
    """The message says which, and why, to a person."""


def in_order(given: str) -> str:
    """ "Acme.example, https://apply.acme.example/now" as "acme.example, apply.acme.example". Raises HostRefused."""
    hosts = [_AROUND.sub("", each.lower()).rstrip(".") for each in re.split(r"[\s,;]+", given.strip()) if each]
    for host in hosts:
        if not _HOST.match(host):
            raise HostRefused(f"“{host[:60]}” is not the name of a website, such as acme.example.")
        if host in _EVERYBODYS:
            raise HostRefused(f"Under “{host}” anybody can have a page. Name your own.")
    return ", ".join(dict.fromkeys(hosts))
