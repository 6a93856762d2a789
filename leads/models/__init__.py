"""The people, their papers, and everything said to them."""

from leads.models.assignment import (
    AssignmentMember,
    AssignmentRule,
    AssignmentTurn,
    Offer,
    OfferState,
    Way,
)
from leads.models.bulk_job import AT_WORK, DRAFT_FOR, UNDO_FOR, BulkJob, BulkRow, JobState, RowState
from leads.models.call import Call, Recording
from leads.models.checklist import ChecklistItem, ItemKind, ItemStatus, Requirement
from leads.models.company import Company, Contact
from leads.models.consent import Consent, ConsentBasis
from leads.models.contact_decision import ContactDecision
from leads.models.dial_list import Campaign, DialList, HopperEntry
from leads.models.dial_session import DialSession
from leads.models.disposition import Disposition, Does, Outcome
from leads.models.do_not_call import DoNotCall, Suppression
from leads.models.document import Document, LooseFile
from leads.models.generation import Generation, Purpose
from leads.models.lead import Lead, LeadQuerySet, Priority, Source
from leads.models.lead_import import ImportKey, ImportMapping, LeadImport
from leads.models.merge import Merge
from leads.models.message import Author, Channel, Conversation, Direction, Message, MessageState
from leads.models.note import Note
from leads.models.privacy import BorrowerExport, ErasedAddress, ErasedLead, ExportState, LegalHold, RetentionRule
from leads.models.queue import QueueClaim, QueueMark
from leads.models.saved_view import SavedView, ViewPage
from leads.models.sender_pace import SenderPace
from leads.models.stage import Slot, Stage, StageRule, StageTally
from leads.models.tag import LeadTag, Tag
from leads.models.task import Task, TaskKind, TaskQuerySet, TaskState
from leads.models.upload_link import UploadLink

__all__ = [
    "AT_WORK",
    "DRAFT_FOR",
    "UNDO_FOR",
    "AssignmentMember",
    "AssignmentRule",
    "AssignmentTurn",
    "Author",
    "BorrowerExport",
    "BulkJob",
    "BulkRow",
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
    "DialSession",
    "Direction",
    "Disposition",
    "DoNotCall",
    "Document",
    "Does",
    "ErasedAddress",
    "ErasedLead",
    "ExportState",
    "Generation",
    "HopperEntry",
    "ImportKey",
    "ImportMapping",
    "ItemKind",
    "ItemStatus",
    "JobState",
    "Lead",
    "LeadImport",
    "LeadQuerySet",
    "LeadTag",
    "LegalHold",
    "LooseFile",
    "Merge",
    "Message",
    "MessageState",
    "Note",
    "Offer",
    "OfferState",
    "Outcome",
    "Priority",
    "Purpose",
    "QueueClaim",
    "QueueMark",
    "Recording",
    "Requirement",
    "RetentionRule",
    "RowState",
    "SavedView",
    "SenderPace",
    "Slot",
    "Source",
    "Stage",
    "StageRule",
    "StageTally",
    "Suppression",
    "Tag",
    "Task",
    "TaskKind",
    "TaskQuerySet",
    "TaskState",
    "UploadLink",
    "ViewPage",
    "Way",
]
