"""Organisations, people, keys and facts."""

from crm.models.credential import Credential, CredentialKind, Permission, Tier
from crm.models.event import Actor, ActorKind, Event
from crm.models.organization import LeadVisibility, Organization, Partner
from crm.models.user import Advisor, Role, User

__all__ = [
    "Actor",
    "ActorKind",
    "Advisor",
    "Credential",
    "CredentialKind",
    "Event",
    "LeadVisibility",
    "Organization",
    "Partner",
    "Permission",
    "Role",
    "Tier",
    "User",
]
