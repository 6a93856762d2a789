"""/v1/leads and /v1/companies, as one user sees them."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from api.bodies import answer
from api.refusals import Condition
from api.userleads import listing, serializers, shapes, vocabulary
from api.userleads.auth import UserView
from crm.replica.reading import reads_from_replica
from leads import companies
from leads.editing import change_lead
from leads.intake import OnDuplicate, receive_lead
from leads.models import Company, Lead, Source
from leads.pipeline import move_to_slot


class _LeadsView(UserView):
    """What the two addresses of leads have in common."""

    def admit(self, request: Request) -> None:
        """Before anything is seen, each of the user's leads has a company: the contract knows none without."""
        super().admit(request)
        companies.give_companies(self.advisor)

    def shown(self, pk: int, status: int = 200) -> HttpResponse:
        """The lead, bare; 404 when it is not the user's, or gone."""
        found = shapes.leads(listing.leads_of(self.advisor).filter(pk=pk), self.advisor)
        if not found:
            raise self.refused(Condition.NOT_FOUND, "Lead not found")
        return answer(found[0], status)


class Leads(_LeadsView):
    """/v1/leads"""

    @reads_from_replica()
    def get(self, request: Request) -> HttpResponse:
        """
        ?status=&company_id=&min_score=&max_score=&created_after=YYYY-MM-DD&created_before=&cursor=&limit=1..100 -> 200
        {data: [lead], next_cursor: int|null, has_more}, by ascending id. 422 for a value of the wrong form.
        """
        wanted = serializers.asked(serializers.LeadQuery, request._request.GET)
        rows = listing.page(listing.found_leads(self.advisor, wanted), wanted)
        return answer(shapes.page(shapes.leads(rows, self.advisor), wanted["limit"]))

    def post(self, request: Request) -> HttpResponse:
        """
        {company_id, notes?} -> 201 with the new lead, bare. 404 for a company that is unknown or of another
        organization, 422 for one that is no integer.
        """
        given = serializers.checked(serializers.NewLead, self.body())
        company = listing.companies_of(self.advisor.organization).filter(pk=given["company_id"]).first()
        if company is None:
            raise self.refused(Condition.NOT_FOUND, "Company not found")
        return self.shown(self._receive(company, given.get("notes", "")).pk, 201)

    def _receive(self, company: Company, notes: str) -> Lead:
        fields = {
            "advisor": self.advisor,
            "company": company,
            "business_name": company.name,
            "industry": company.industry,
            "phone": company.phone,
            "notes": notes,
        }
        return receive_lead(
            organization=self.advisor.organization,
            fields=fields,
            by=self.by,
            now=self.now,
            on_duplicate=OnDuplicate.NEW,
            source=Source.API,
        ).lead


class OneLead(_LeadsView):
    """/v1/leads/{id}"""

    def get(self, request: Request, lead_id: str) -> HttpResponse:
        """200 with the lead, bare; 404 for an id that is none, unknown, deleted or another user's."""
        return self.shown(self._lead(lead_id).pk)

    def patch(self, request: Request, lead_id: str) -> HttpResponse:
        """{status?, notes?} -> 200 with the lead, bare; everything else is ignored. 422 for an unknown status."""
        lead = self._lead(lead_id)
        given = serializers.checked(serializers.LeadChanges, self.body())
        with transaction.atomic():
            if "notes" in given:
                change_lead(lead, {"notes": given["notes"]}, by=self.by, now=self.now)
            if "status" in given:
                move_to_slot(lead, given["status"], by=self.by, now=self.now)
        return self.shown(lead.pk)

    def _lead(self, text: str) -> Lead:
        pk = vocabulary.as_id(text)
        mine = listing.leads_of(self.advisor).select_related("stage")
        if pk is None or (lead := mine.filter(pk=pk).first()) is None:
            raise self.refused(Condition.NOT_FOUND, "Lead not found")
        return lead


class Companies(UserView):
    """/v1/companies"""

    @reads_from_replica()
    def get(self, request: Request) -> HttpResponse:
        """?cursor=&limit=1..100 -> 200 {data: [company], next_cursor, has_more}: all of the organization."""
        wanted = serializers.asked(serializers.PageQuery, request._request.GET)
        rows = listing.page(listing.companies_of(self.advisor.organization), wanted)
        return answer(shapes.page([shapes.company(row) for row in rows], wanted["limit"]))

    def post(self, request: Request) -> HttpResponse:
        """{name, industry?, website?, phone?} -> 201 with the company, bare. 422 without a name."""
        given = serializers.checked(serializers.NewCompany, self.body())
        company = companies.create_company(organization=self.advisor.organization, by=self.by, now=self.now, **given)
        return answer(shapes.company(company), 201)


class OneCompany(UserView):
    """/v1/companies/{id}"""

    def get(self, request: Request, company_id: str) -> HttpResponse:
        """200 with the company, bare; 404 for an id that is none, unknown or of another organization."""
        pk = vocabulary.as_id(company_id)
        ours = listing.companies_of(self.advisor.organization)
        if pk is None or (company := ours.filter(pk=pk).first()) is None:
            raise self.refused(Condition.NOT_FOUND, "Company not found")
        return answer(shapes.company(company))
