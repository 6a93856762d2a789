"""Which websites texts may link to."""

from __future__ import annotations

import pytest

from crm.link_hosts import HostRefused, in_order


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("Acme.example", "acme.example"),
        ("https://apply.acme.example/now?x=1, acme.example acme.example", "apply.acme.example, acme.example"),
        ("acme.example.;\nacme.co.uk", "acme.example, acme.co.uk"),
    ],
)
def test_it_works(given: str, kept: str) -> None:
    assert in_order(given) == kept


@pytest.mark.parametrize(
    "given",
    ["com", "co.uk", "bit.ly", "127.0.0.1", "acme example", "a@b.example", "-a.example", "javascript:x", "*.a.b"],
)
def test_it_refuses_what_would_let_strangers_in(given: str) -> None:
    with pytest.raises(HostRefused):
        in_order(given)
