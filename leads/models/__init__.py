"""The people, their papers, and everything said to them."""

from leads.models.call import Call, Recording
from leads.models.checklist import ChecklistItem, Document, ItemKind, ItemStatus, Requirement
from leads.models.company import Company, Contact
from leads.models.consent import Consent, ConsentBasis
from leads.models.contact_decision import ContactDecision
from leads.models.dial_list import Campaign, DialList, HopperEntry
from leads.models.do_not_call import DoNotCall, Suppression
from leads.models.lead import Lead, LeadQuerySet, Priority, Source
from leads.models.message import Author, Channel, Conversation, Direction, Message, MessageState
from leads.models.note import Note
from leads.models.stage import Slot, Stage, StageRule, StageTally
from leads.models.tag import LeadTag, Tag

__all__ = [
    "Author",
    "Call",
    "Campaign",
    "Channel",
    "ChecklistItem",
    "Company",
    "Consent",
    "ConsentBasis",
    "Contact",
    "ContactDecision",
    "Conversation",
    "DialList",
    "Direction",
    "DoNotCall",
    "Document",
    "HopperEntry",
    "ItemKind",
    "ItemStatus",
    "Lead",
    "LeadQuerySet",
    "LeadTag",
    "Message",
    "MessageState",
    "Note",
    "Priority",
    "Recording",
    "Requirement",
    "Slot",
    "Source",
    "Stage",
    "StageRule",
    "StageTally",
    "Suppression",
    "Tag",
]
