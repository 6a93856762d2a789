"""Companies: made by name, and given to leads that came in without one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm import events
from crm.bulk import write_columns
from crm.models import Actor, Advisor, Organization
from leads.models import Company, Lead, LeadQuerySet

_BATCH = 500


@transaction.atomic
def create_company(
    *,
    organization: Organization,
    name: str,
    by: Actor,
    now: dt.datetime,
    industry: str = "",
    website: str = "",
    phone: str = "",
) -> Company:
    """A new company, whatever others are called. Texts must fit their columns."""
    company = Company.objects.create(
        organization=organization, name=name, industry=industry, website=website, phone=phone
    )
    events.record("company.created", organization=organization, by=by, now=now, company_id=company.pk, company=name)
    return company


def give_companies(advisor: Advisor) -> int:
    """
    See to it that each of the advisor's leads has a company; how many had none.

    A lead joins the company that is called like its business, or else gets a new one. A lead that names no business is
    one by itself: two people of the same name share no company. updated_at is left alone.
    """
    given = 0
    while companyless(advisor).exists():
        given += _give_some(advisor)
    return given


def companyless(advisor: Advisor) -> LeadQuerySet:
    """The advisor's leads without a company."""
    return Lead.objects.live().filter(advisor=advisor, company=None)


@transaction.atomic
def _give_some(advisor: Advisor) -> int:
    # One at a time in an organisation, so that two requests do not both make the company that both miss.
    organization = Organization.objects.select_for_update(no_key=True).get(pk=advisor.organization_id)
    leads = list(companyless(advisor).select_for_update(of=("self",), no_key=True).order_by("pk")[:_BATCH])
    names = {name for lead in leads if (name := lead.business_name.strip())}
    of_that_name = Company.objects.filter(organization=organization, name__in=names).order_by("-pk")
    known = {company.name: company for company in of_that_name}  # of several, the oldest
    new: list[Company] = []
    for lead in leads:
        name = lead.business_name.strip()
        company = known.get(name)
        if company is None:
            company = Company(organization=organization, name=name or lead.display_name[:255], industry=lead.industry)
            new.append(company)
            if name:
                known[name] = company
        lead.company = company
    Company.objects.bulk_create(new)
    for lead in leads:
        lead.company = lead.company  # takes over the id that the new company has got
    return len(write_columns(leads, ["company"]))
