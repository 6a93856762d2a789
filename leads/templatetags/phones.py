"""Telephone numbers in templates."""

from __future__ import annotations

from django import template

from leads import contact

register = template.Library()
register.filter("phone", contact.national)
