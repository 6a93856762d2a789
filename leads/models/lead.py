"""A lead: somebody who may borrow, with every field that any contract names."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from crm.models.encrypted import EncryptedField, marked
from leads import contact
from leads.models.company import Company, Contact
from leads.models.consent import ConsentBasis
from leads.models.dial_list import DialList
from leads.models.message import Conversation
from leads.models.search_text import Digits, search_text
from leads.models.sort_keys import OrZero, heading
from leads.models.stage import Stage
from leads.models.tag import LeadTag, Tag


class Source(models.TextChoices):
    """By which door the lead came; source_label keeps a partner's own word for it."""

    MANUAL = "manual", gettext_lazy("Manual")
    CSV_IMPORT = "csv_import", gettext_lazy("CSV import")
    API = "api", gettext_lazy("API")
    WEB_FORM = "web_form", gettext_lazy("web form")
    REFERRAL = "referral", gettext_lazy("Referral")
    DIALER = "dialer", gettext_lazy("Dialer")


class Priority(models.TextChoices):
    LOW = "low", gettext_lazy("Low")
    NORMAL = "normal", gettext_lazy("Normal")
    HIGH = "high", gettext_lazy("High")
    URGENT = "urgent", gettext_lazy("Urgent")


#: The dialler's code of a lead that nobody has given one.
USUAL_STATUS_CODE = "NEW"
LIVE = Q(deleted_at=None)
#: The one lead of its organisation that a phone number or an external id leads to.
ANSWERING = LIVE & Q(duplicate_of=None)


def address_of(phone_e164: str | None, email: str) -> str:
    """Where somebody is talked to: the phone in E.164, else the e-mail address in lower case."""
    return phone_e164 or email.lower()


class LeadQuerySet(models.QuerySet["Lead"]):
    def live(self) -> Self:
        return self.filter(LIVE)

    def answering(self) -> Self:
        """Those that answer to their phone: one for each number, none without."""
        return self.filter(ANSWERING, phone_e164__isnull=False)

    def of(self, organization: Organization) -> Self:
        return self.live().filter(organization=organization)

    def visible_to(self, advisor: Advisor) -> Self:
        """Every page's first word: the live leads that this advisor may see."""
        return self.visible_in(advisor.organization_id, None if advisor.sees_all_leads else advisor.pk)

    def visible_in(self, organization_id: int, advisor_id: int | None) -> Self:
        """The same by ids: all of the organisation's, or those of an advisor and nobody's."""
        leads = self.live().filter(organization_id=organization_id)
        return leads if advisor_id is None else leads.filter(Q(advisor_id=advisor_id) | Q(advisor=None))

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class Lead(models.Model):
    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="leads", db_index=False)

    # Where it stands
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="leads", db_index=False)
    position = models.BigIntegerField(
        help_text=gettext_lazy("order within the stage, highest first; see leads/positions.py")
    )
    stage_entered_at = models.DateTimeField()
    advisor = models.ForeignKey(
        Advisor, on_delete=models.PROTECT, null=True, blank=True, related_name="leads", db_index=False
    )
    assigned_because = models.JSONField(
        default=dict,
        blank=True,
        help_text=gettext_lazy("what the rules found, as leads/assignment_words.py reads it; {}: by hand"),
    )
    priority = models.CharField(max_length=6, choices=Priority, default=Priority.NORMAL)
    tags = models.ManyToManyField(Tag, through=LeadTag, related_name="leads", blank=True)
    version = models.PositiveIntegerField(
        default=1, help_text=gettext_lazy("rises with every move, so that a stale drop is seen")
    )

    # Who it is
    name = models.CharField(max_length=255, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=200, blank=True)
    business_name = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=100, blank=True)
    dba = models.CharField(gettext_lazy("doing business as"), max_length=255, blank=True)
    gender = models.CharField(max_length=20, blank=True)
    date_of_birth = EncryptedField(max_length=10, blank=True, help_text=gettext_lazy("YYYY-MM-DD"))
    company = models.ForeignKey(
        Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads", db_index=False
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads", db_index=False
    )

    # How to reach them
    phone = models.CharField(max_length=40, blank=True, help_text=gettext_lazy("as it was given"))
    phone_e164 = models.CharField(max_length=16, null=True, blank=True)
    phone_code = models.CharField(max_length=4, blank=True)
    alt_phone_1 = models.CharField(max_length=40, blank=True)
    alt_phone_2 = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    address1 = models.CharField(max_length=255, blank=True)
    address2 = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    province = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=100, blank=True)
    property_address = models.CharField(max_length=500, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, help_text=gettext_lazy("IANA name, when somebody knows it"))
    carrier_name = models.CharField(max_length=100, blank=True)
    carrier_type = models.CharField(max_length=20, blank=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads", db_index=False
    )

    # What they want. Money is kept as it was given (for the contract that echoes it) and as a number (for sums).
    requested_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    requested_amount_given = models.CharField(max_length=32, blank=True)
    monthly_revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    monthly_revenue_given = models.CharField(max_length=32, blank=True)
    annual_revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    annual_revenue_given = models.CharField(max_length=32, blank=True)
    funded_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    start_date = models.CharField(
        max_length=10, blank=True, help_text=gettext_lazy("YYYY-MM-DD, when the business began")
    )
    notes = models.TextField(
        blank=True, help_text=gettext_lazy("what the source said about it; advisors' own notes are rows")
    )
    lost_reason = models.CharField(max_length=255, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True, help_text=gettext_lazy("0-100"))

    # Where it came from
    source = models.CharField(max_length=10, choices=Source, default=Source.MANUAL)
    source_label = models.CharField(max_length=100, blank=True)
    source_id = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    external_ids = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    import_job_id = models.UUIDField(null=True, blank=True)
    created_by = models.ForeignKey(
        Advisor, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_by_label = models.CharField(max_length=255, blank=True)
    modified_by_label = models.CharField(max_length=255, blank=True)

    # The dialler's view
    dial_list = models.ForeignKey(
        DialList, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads", db_index=False
    )
    status_code = models.CharField(
        max_length=40, default=USUAL_STATUS_CODE, help_text=gettext_lazy("the dialler's own free code")
    )
    std_company_name = models.CharField(max_length=255, blank=True)
    std_consumer_number = models.CharField(max_length=100, blank=True)
    std_account_number = EncryptedField(max_length=100, blank=True)
    last_called_at = models.DateTimeField(null=True, blank=True)

    # May we contact them
    is_do_not_call = models.BooleanField(default=False)
    dnc_reason = models.CharField(max_length=255, blank=True)
    dnc_at = models.DateTimeField(null=True, blank=True)
    consent_basis = models.CharField(max_length=16, choices=ConsentBasis, default=ConsentBasis.NONE, blank=True)
    consent_source = models.CharField(max_length=255, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)

    # What became of it
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="duplicates", db_index=False
    )
    last_contacted_at = models.DateTimeField(null=True, blank=True)  # but for messages: see contacted_at
    converted_at = models.DateTimeField(null=True, blank=True)
    converted_account_id = models.UUIDField(null=True, blank=True)
    converted_contact_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    search_text = models.GeneratedField(
        expression=search_text("business_name", "name", "email", "external_id", phones=["phone", "phone_e164"]),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("lead")
        verbose_name_plural = gettext_lazy("leads")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "phone_e164"], condition=ANSWERING, name="lead_answers_to_phone"
            ),
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                condition=ANSWERING & ~Q(external_id=""),
                name="lead_answers_to_external_id",
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="lead_priority_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="lead_source_known"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=100), name="lead_score_range"),
            models.CheckConstraint(condition=~Q(duplicate_of=F("pk")), name="lead_not_its_own_duplicate"),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], condition=LIVE, name="lead_newest"),
            models.Index(
                fields=["organization", "-created_at", "-id", "stage"],
                condition=ANSWERING & Q(phone_e164__isnull=False),
                name="lead_answering_newest",
            ),
            # What the list of leads is sorted by, either way round.
            models.Index("organization", heading(), "id", condition=LIVE, name="lead_by_heading"),
            models.Index("organization", OrZero("requested_amount"), "id", condition=LIVE, name="lead_by_amount"),
            models.Index(fields=["organization", "stage_entered_at", "id"], condition=LIVE, name="lead_by_stage_entry"),
            models.Index(fields=["organization", "stage", "-position", "-id"], condition=LIVE, name="lead_on_board"),
            models.Index(
                fields=["organization", "advisor", "stage", "-position", "-id"], condition=LIVE, name="lead_of_advisor"
            ),
            models.Index(
                fields=["advisor", "id", "score"],
                condition=LIVE & Q(advisor__isnull=False),
                name="lead_by_id_of_advisor",
            ),
            models.Index(
                fields=["advisor"],
                condition=LIVE & Q(advisor__isnull=False, company=None),
                name="lead_without_company",
            ),
            models.Index(fields=["organization", "phone_e164", "id"], name="lead_by_phone"),
            models.Index("organization", Lower("email"), "id", condition=LIVE & ~Q(email=""), name="lead_by_email"),
            # What the queue asks for: whose conversation waits, and who has gone quiet.
            models.Index(
                fields=["conversation"], condition=LIVE & Q(conversation__isnull=False), name="lead_of_conversation"
            ),
            models.Index(
                fields=["organization", "last_contacted_at"],
                condition=LIVE & Q(last_contacted_at__isnull=False),
                name="lead_by_last_contact",
            ),
            models.Index(fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="lead_duplicates"),
            models.Index(fields=["company", "id"], condition=Q(company__isnull=False), name="lead_of_company"),
            models.Index(fields=["dial_list", "id"], condition=Q(dial_list__isnull=False), name="lead_of_dial_list"),
            # What a dialler searches by; most leads have the usual status and none of the rest, and cost nothing here.
            models.Index(
                "organization",
                Lower("status_code"),
                "id",
                condition=LIVE & ~Q(status_code=USUAL_STATUS_CODE),
                name="lead_by_status_code",
            ),
            models.Index(
                "organization", Lower("last_name"), "id", condition=LIVE & ~Q(last_name=""), name="lead_by_last_name"
            ),
            models.Index(
                "organization",
                marked("date_of_birth"),
                condition=LIVE & ~Q(date_of_birth=""),
                name="lead_by_date_of_birth",
            ),
            models.Index(
                "organization", Digits("alt_phone_1"), condition=~Q(alt_phone_1=""), name="lead_by_alt_phone_1"
            ),
            models.Index(
                "organization", Digits("alt_phone_2"), condition=~Q(alt_phone_2=""), name="lead_by_alt_phone_2"
            ),
            models.Index(
                fields=["organization", "deleted_at"], condition=Q(deleted_at__isnull=False), name="lead_deleted"
            ),
            models.Index(
                fields=["organization", "archived_at"], condition=Q(archived_at__isnull=False), name="lead_archived"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The business, else the person, else the phone: what a card is headed with."""
        return self.business_name or self.name or self.phone or self.email or f"Lead {self.pk}"

    @property
    def is_answering(self) -> bool:
        return self.deleted_at is None and self.duplicate_of_id is None and self.phone_e164 is not None

    @property
    def contacted_at(self) -> dt.datetime | None:
        """
        When we last spoke or wrote to them; with the conversation at hand no statement.

        What is written stands in the conversation alone: this row has twenty indexes, all of which a new time would
        have to be entered in anew.
        """
        written = self.conversation.last_outbound_at if self.conversation else None
        return max(filter(None, (self.last_contacted_at, written)), default=None)

    @property
    def address(self) -> str:
        """What its conversation hangs on."""
        return address_of(self.phone_e164, self.email)

    @property
    def other_numbers(self) -> list[str]:
        """What else can be dialled to reach them, in E.164."""
        given = (contact.e164(number) for number in (self.alt_phone_1, self.alt_phone_2))
        return [number for number in dict.fromkeys(given) if number and number != self.phone_e164]

    def entered_epoch(self) -> int:
        return int(self.stage_entered_at.timestamp())

    def requested_or_zero(self) -> Decimal:
        return self.requested_amount or Decimal(0)

    def days_in_stage(self, now: dt.datetime) -> float:
        return (now - self.stage_entered_at).total_seconds() / 86400
