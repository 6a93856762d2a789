"""/accounts/:id/requirements: what every lead's checklist asks for. Contract: docs/api/recoverbiz.md."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from api.bodies import answer
from api.recoverbiz import auth, reading, requirement_bodies, values
from leads import requirements


class Requirements(auth.AccountView):
    def get(self, request: Request, account_id: str) -> HttpResponse:
        """?limit=1..250&offset= -> 200 {requirements: [...], total, limit, offset}, in the order of the checklist."""
        page = values.page(request._request.GET)
        rows, total = reading.requirement_page(self.account, page)
        return answer(page.of("requirements", [requirement_bodies.requirement(row) for row in rows], total))

    def post(self, request: Request, account_id: str) -> HttpResponse:
        """
        {name, type: document | text | email | phone | number | date, description?, order?, is_active? true} -> 201 with
        the bare requirement, which every lead's checklist asks for from now on; without an order it stands last. 422.
        """
        wanted = requirement_bodies.new_requirement(self.body())
        made = requirements.add(organization=self.account, **wanted, by=self.by, now=self.now)
        return answer(requirement_bodies.requirement(made), 201)


class OneRequirement(auth.AccountView):
    def get(self, request: Request, account_id: str, requirement_id: str) -> HttpResponse:
        """200 with the bare requirement; 404."""
        return answer(requirement_bodies.requirement(reading.requirement_by_id(self.account, requirement_id)))

    def patch(self, request: Request, account_id: str, requirement_id: str) -> HttpResponse:
        """The fields given -> 200 with the bare requirement; one that is not active is asked of nobody. 404, 422."""
        requirement = reading.requirement_by_id(self.account, requirement_id)
        changes = requirement_bodies.requirement_changes(self.body())
        requirements.change(requirement, changes, by=self.by, now=self.now)
        return answer(requirement_bodies.requirement(requirement))

    def delete(self, request: Request, account_id: str, requirement_id: str) -> HttpResponse:
        """200 {success, deleted}; gone from every checklist. 404 when it is gone already."""
        requirement = reading.requirement_by_id(self.account, requirement_id)
        requirements.delete(requirement, by=self.by, now=self.now)
        return answer({"success": True, "deleted": True})
