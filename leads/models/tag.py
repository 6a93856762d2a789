"""Tags: short words that an organisation puts on leads."""

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Organization


class Tag(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=100)

    class Meta:
        verbose_name = gettext_lazy("tag")
        verbose_name_plural = gettext_lazy("tags")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class LeadTag(models.Model):
    """A tag on a lead; the order of the rows is the order in which they were given."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="lead_tags", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="lead_tags")

    class Meta:
        verbose_name = gettext_lazy("tag of a lead")
        verbose_name_plural = gettext_lazy("tags of leads")
        constraints = [models.UniqueConstraint(fields=["lead", "tag"], name="lead_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.lead_id}"
