"""A filtered page that somebody keeps under a name."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization


class ViewPage(models.TextChoices):
    """Where a view is looked at."""

    LIST = "list", gettext_lazy("List")
    BOARD = "board", gettext_lazy("Board")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def usable_by(self, advisor: Advisor) -> SavedViewQuerySet:
        """Their own, and those that colleagues share."""
        mine_or_shared = Q(advisor=advisor) | Q(is_shared=True)
        return self.filter(mine_or_shared, organization_id=advisor.organization_id)


class SavedView(models.Model):
    """A query string under a name: private, or shared with the organisation."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, related_name="saved_views", db_index=False)
    name = models.CharField(max_length=60)
    page = models.CharField(max_length=5, choices=ViewPage, default=ViewPage.LIST)
    query = models.CharField(
        max_length=4000, blank=True, help_text=gettext_lazy("filters, sort and columns as the address has them")
    )
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("saved view")
        verbose_name_plural = gettext_lazy("saved views")
        constraints = [models.UniqueConstraint(fields=["advisor", "name"], name="saved_view_name_once")]
        indexes = [models.Index(fields=["organization", "name"], name="saved_view_of_organization")]

    def __str__(self) -> str:
        return self.name

    def is_changed_by(self, advisor: Advisor) -> bool:
        """Whoever made it may change it; of the shared ones managers take care too."""
        return self.advisor_id == advisor.pk or (self.is_shared and advisor.is_manager)
