"""Organisations, people, keys and facts."""

from crm.models.ai_account import AiAccount
from crm.models.audit import AuditChain, AuditEntry, AuditMark
from crm.models.channel_account import AccountChannel, ChannelAccount, Provider
from crm.models.credential import Credential, CredentialKind, Permission, Tier
from crm.models.event import Actor, ActorKind, Event
from crm.models.invitation import Invitation
from crm.models.log_in_try import LogInTry
from crm.models.notification import MailChoice, MailState, Notification, NotificationChoice
from crm.models.organization import LeadVisibility, Organization, Partner
from crm.models.user import Advisor, Role, User
from crm.models.webhook import DeliveryState, WebhookDelivery, WebhookEndpoint

__all__ = [
    "AccountChannel",
    "Actor",
    "ActorKind",
    "Advisor",
    "AiAccount",
    "AuditChain",
    "AuditEntry",
    "AuditMark",
    "ChannelAccount",
    "Credential",
    "CredentialKind",
    "DeliveryState",
    "Event",
    "Invitation",
    "LeadVisibility",
    "LogInTry",
    "MailChoice",
    "MailState",
    "Notification",
    "NotificationChoice",
    "Organization",
    "Partner",
    "Permission",
    "Provider",
    "Role",
    "Tier",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
]
