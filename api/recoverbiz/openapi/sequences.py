"""Sequences in RecoverBiz' document."""

from __future__ import annotations

from collections.abc import Mapping

from api.base import ContractView
from api.openapi.operations import Answer, Operation
from api.openapi.schemas import (
    BOOLEAN,
    MOMENT,
    TRUE,
    Schema,
    array,
    just,
    nullable,
    one_of,
    record,
    ref,
    said,
    text,
    whole,
)
from api.recoverbiz import vocabulary
from api.recoverbiz.openapi.common import (
    ACCOUNT_ID,
    CHANGE,
    FIND,
    NAME,
    NULL_MOMENT,
    NULL_TEXT,
    PAGE,
    PHONE,
    REMOVE,
    SEQUENCE_ID,
    WORDS,
    list_of,
)
from api.recoverbiz.views.sequences import Enroll, OneSequence, Sequences
from sequences.models import StepKind

_STEP: Mapping[str, Schema] = {
    "delay_hours": said(
        nullable(whole(0, vocabulary.LONGEST_DELAY_HOURS)), "Hours to wait after the step before; 0 unless given."
    ),
    "skip_if_replied": said(nullable(BOOLEAN), "Skip the step once the lead has replied; true unless given."),
}
_STEPS = array({"oneOf": [ref("FixedStep"), ref("AiStep")]}, least=1, most=vocabulary.STEPS)

SCHEMAS: Mapping[str, Schema] = {
    "FixedStep": record(
        {
            "type": just(StepKind.FIXED),
            "message": said(
                WORDS,
                "With variables: `{{first_name}}`, `{{last_name}}`, `{{name}}`, `{{company}}`, `{{email}}`, "
                "`{{property_address}}`.",
            ),
            **_STEP,
        },
        required=["type", "message"],
    ),
    "AiStep": record(
        {"type": just(StepKind.AI), "instructions": said(WORDS, "What the AI shall say."), **_STEP},
        required=["type", "instructions"],
    ),
    "NewSequence": record(
        {
            "name": NAME,
            "steps": _STEPS,
            "description": NULL_TEXT,
            "is_active": said(nullable(BOOLEAN), "true unless given."),
            "is_default": said(nullable(BOOLEAN), "The one that `auto_sequence` starts; false unless given."),
        },
        required=["name", "steps"],
    ),
    "SequenceChanges": record(
        {
            "name": NAME,
            "steps": said(_STEPS, "In place of all steps, for those who are enrolled from now on."),
            "description": NULL_TEXT,
            "is_active": BOOLEAN,
            "is_default": BOOLEAN,
        },
        required=[],
    ),
    "Step": record(
        {
            "order": whole(0),
            "type": one_of(StepKind.values),
            "message": text(),
            "instructions": text(),
            "delay_hours": whole(0),
            "skip_if_replied": BOOLEAN,
        },
        optional=["message", "instructions"],
    ),
    "Sequence": record(
        {
            "id": text(),
            "name": text(),
            "description": text(),
            "is_active": BOOLEAN,
            "is_default": BOOLEAN,
            "steps": array(ref("Step")),
            "enrolled_count": said(whole(0), "Enrollments ever made."),
            "completed_count": said(whole(0), "Those that came to the last step."),
            "created_at": MOMENT,
        },
    ),
    "SequenceList": list_of("sequences", "Sequence"),
    "DeletedSequence": record({"success": TRUE, "cancelled_enrollments": whole(0)}),
    "Enrollment": record({"phone": PHONE}),
    "EnrollmentAnswer": record(
        {
            "success": TRUE,
            "action": one_of(["enrolled", "already_enrolled", "reactivated"]),
            "message_sent": said(BOOLEAN, "Whether the first message was handed over before this answer."),
            "next_step_at": NULL_MOMENT,
        }
    ),
}
OPERATIONS: Mapping[tuple[type[ContractView], str], Operation] = {
    (Sequences, "get"): Operation(
        name="list_sequences",
        tag="Sequences",
        summary="List sequences",
        parameters=(ACCOUNT_ID, *PAGE),
        answers={200: Answer("A page of sequences, oldest first.", ref("SequenceList"))},
        refusals=FIND,
        recorded=("list_sequences",),
    ),
    (Sequences, "post"): Operation(
        name="create_sequence",
        tag="Sequences",
        summary="Create a sequence",
        description="A new default takes the place of the old one. Steps are numbered by their place.",
        parameters=(ACCOUNT_ID,),
        body=ref("NewSequence"),
        answers={201: Answer("The new sequence.", ref("Sequence"), made="/id")},
        refusals=CHANGE,
        recorded=("create_a_sequence",),
    ),
    (OneSequence, "get"): Operation(
        name="get_sequence",
        tag="Sequences",
        summary="Get a sequence",
        parameters=(ACCOUNT_ID, SEQUENCE_ID),
        answers={200: Answer("The sequence.", ref("Sequence"))},
        refusals=FIND,
    ),
    (OneSequence, "patch"): Operation(
        name="update_sequence",
        tag="Sequences",
        summary="Update a sequence",
        description="Who is enrolled already goes on with the steps of that time.",
        parameters=(ACCOUNT_ID, SEQUENCE_ID),
        body=ref("SequenceChanges"),
        answers={200: Answer("The sequence as it is now.", ref("Sequence"))},
        refusals=CHANGE,
        recorded=("update_a_sequence",),
    ),
    (OneSequence, "delete"): Operation(
        name="delete_sequence",
        tag="Sequences",
        summary="Delete a sequence",
        description="Enrollments that are still running are cancelled.",
        parameters=(ACCOUNT_ID, SEQUENCE_ID),
        answers={200: Answer("It is gone.", ref("DeletedSequence"))},
        refusals=REMOVE,
        recorded=("delete_a_sequence",),
    ),
    (Enroll, "post"): Operation(
        name="enroll_lead",
        tag="Sequences",
        summary="Enroll a lead",
        description=(
            "Somebody who was cancelled goes on where they stopped. 422 when the sequence is off or the person must "
            "not be contacted."
        ),
        parameters=(ACCOUNT_ID, SEQUENCE_ID),
        body=ref("Enrollment"),
        answers={200: Answer("The lead is enrolled.", ref("EnrollmentAnswer"))},
        refusals=(400, 401, 403, 404, 413, 415, 422, 429, 500),
        recorded=("enroll_a_lead",),
    ),
}
