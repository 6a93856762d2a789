"""What the board can be narrowed to; the filters live in the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Trim
from django.db.models import CharField
from django.http import QueryDict
from django.utils import timezone

from crm.models import Advisor
from leads import search
from leads.cards import STALE_AFTER
from leads.models import Lead, LeadQuerySet, LeadTag, Priority, Source, Tag

ME, NOBODY = "me", "nobody"


class BoardFilter(filters.FilterSet):
    """Each filter may be given several times: any of the values will do; several filters must all hold."""

    q = filters.CharFilter(method="having_text")
    advisor = filters.MultipleChoiceFilter(method="of_advisors")
    tag = filters.MultipleChoiceFilter(method="with_tags")
    source = filters.MultipleChoiceFilter(choices=Source.choices, distinct=False, method="from_sources")
    priority = filters.MultipleChoiceFilter(choices=Priority.choices, distinct=False, method="of_priorities")
    stale = filters.BooleanFilter(method="standing_too_long")

    class Meta:
        model = Lead
        fields: list[str] = []
