"""Businesses that leads belong to, and people whom we know."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Organization


class Company(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="companies", db_index=False)
    name = models.CharField(max_length=255)
    industry = models.CharField(max_length=100, blank=True)
    website = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("company")
        verbose_name_plural = gettext_lazy("companies")
        indexes = [
            models.Index(fields=["organization", "name"], name="company_by_name"),
            models.Index(fields=["organization", "id"], name="company_by_id"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="contacts", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("contact")
        verbose_name_plural = gettext_lazy("contacts")
        indexes = [models.Index(fields=["organization", "last_name"], name="contact_by_name")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.phone
