"""The pages on which leads are compared, merged and taken apart."""

from __future__ import annotations

import datetime as dt

from crm.models import Advisor, LeadVisibility, Organization
from leads import editing, pipeline
from leads.merging import merge, undo
from leads.models import Lead, Merge, Stage
from tests.conftest import ClientOf, MakeLead
from tests.leads.merging.conftest import BY


class TestPages:
    def test_it_works(self, kept: Lead, other: Lead, alice: Advisor, client_of: ClientOf) -> None:
        client, url = client_of(alice), f"/leads/{kept.uuid}/merge/{other.uuid}"
        page = client.get(f"/leads/{kept.uuid}").content.decode()
        assert "has the same e-mail address and belongs to Bob Baker" in page
        assert url in page
        compared = client.get(url).content.decode()
        assert "One lead out of two" in compared
        assert "Jones Bakery" in compared
        answer = client.post(url, {"name": "other", "phone": "kept", "nonsense": "other"})
        assert answer["Location"] == f"/leads/{kept.uuid}"
        kept.refresh_from_db()
        assert (kept.name, kept.business_name) == ("M. Jones", "Jones Bakery")
        page = client.get(f"/leads/{kept.uuid}").content.decode()
        assert "was merged into this lead by Alice Archer" in page
        assert "merged “Jones Bakery” into this lead" in page
        undo_url = f"/leads/{kept.uuid}/merges/{Merge.objects.get().uuid}/undo"
        assert undo_url in page
        assert client.post(undo_url)["Location"] == f"/leads/{kept.uuid}"
        page = client.get(f"/leads/{kept.uuid}").content.decode()
        assert "Two leads again, as they were." in page
        assert Lead.objects.live().count() == 2

    def test_what_was_changed_since_is_named(
        self, kept: Lead, other: Lead, alice: Advisor, client_of: ClientOf, now: dt.datetime
    ) -> None:
        made = merge(kept, other, by=BY, now=now)
        fresh = Lead.objects.get(pk=kept.pk)
        editing.change_lead(fresh, {"business_name": "Jones & Co"}, by=BY, now=now)
        client = client_of(alice)
        client.post(f"/leads/{kept.uuid}/merges/{made.uuid}/undo")
        assert "left as it is: Business." in client.get(f"/leads/{kept.uuid}").content.decode()

    def test_what_can_not_be_done_is_said(
        self, kept: Lead, other: Lead, alice: Advisor, client_of: ClientOf, stages: dict[str, Stage], now: dt.datetime
    ) -> None:
        Stage.objects.filter(pk=stages["qualified"].pk).update(asks_for="funded_amount")
        client = client_of(alice)
        answer = client.post(f"/leads/{kept.uuid}/merge/{other.uuid}", {"stage": "other"})
        assert answer.status_code == 409
        assert "asks for the funded amount" in answer.content.decode()
        assert Lead.objects.live().count() == 2
        made = merge(kept, other, by=BY, now=now)
        undo(made, by=BY, now=now)
        client.post(f"/leads/{kept.uuid}/merges/{made.uuid}/undo")
        assert "was undone before" in client.get(f"/leads/{kept.uuid}").content.decode()

    def test_the_old_address_leads_to_the_one_that_was_kept(
        self, kept: Lead, other: Lead, make_lead: MakeLead, alice: Advisor, bob: Advisor, charlie: Advisor,
        client_of: ClientOf, now: dt.datetime,
    ) -> None:  # fmt: skip
        merge(kept, other, by=BY, now=now)
        client, old = client_of(alice), f"/leads/{other.uuid}"
        assert client.get(old)["Location"] == f"/leads/{kept.uuid}"
        assert client.get(f"{old}/conversation", headers={"HX-Request": "true"})["HX-Redirect"] == f"/leads/{kept.uuid}"
        assert client.post(f"{old}/notes", {"body": "x"}).status_code == 404
        assert client_of(charlie).get(old).status_code == 404
        third = make_lead(advisor=alice)
        merge(third, Lead.objects.get(pk=kept.pk), by=BY, now=now)
        assert client.get(old)["Location"] == f"/leads/{third.uuid}"
        Organization.objects.update(advisors_see=LeadVisibility.OWN)
        assert client_of(bob).get(old).status_code == 404
        pipeline.delete_lead(third, by=BY, now=now)
        assert client.get(old).status_code == 404

    def test_strangers_find_nothing(
        self, kept: Lead, other: Lead, make_lead: MakeLead, alice: Advisor, bob: Advisor, charlie: Advisor,
        client_of: ClientOf, now: dt.datetime,
    ) -> None:  # fmt: skip
        theirs = make_lead(organization=charlie.organization)
        Organization.objects.update(advisors_see=LeadVisibility.OWN)
        pairs = [(charlie, kept, other), (charlie, theirs, kept), (alice, kept, theirs), (bob, other, kept),
                 (alice, kept, kept)]  # fmt: skip
        for who, one, two in pairs:
            for method in ("get", "post"):
                answer = getattr(client_of(who), method)(f"/leads/{one.uuid}/merge/{two.uuid}")
                assert answer.status_code == 404, (who, one, two)
        made = merge(kept, other, by=BY, now=now)
        for who, lead in ((charlie, kept), (charlie, theirs), (bob, kept)):
            assert client_of(who).post(f"/leads/{lead.uuid}/merges/{made.uuid}/undo").status_code == 404
        assert not Merge.objects.exclude(undone_at=None).exists()
