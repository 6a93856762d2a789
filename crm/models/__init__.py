"""Organisations, people, keys and facts."""

from crm.models.credential import Credential, CredentialKind, Permission, Tier
from crm.models.event import Actor, ActorKind, Event
from crm.models.organization import LeadVisibility, Organization, Partner
from crm.models.user import Advisor, Role, User
from crm.models.webhook import DeliveryState, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Actor",
    "ActorKind",
    "Advisor",
    "Credential",
    "CredentialKind",
    "DeliveryState",
    "Event",
    "LeadVisibility",
    "Organization",
    "Partner",
    "Permission",
    "Role",
    "Tier",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
]
