"""
What the engine writes for due steps, written by the server alone: the same rows, as often, in the same transactions.

No gate, no sender, no Python for a row: as fast as an engine could be that promises the same.
"""

from __future__ import annotations

from typing import Any

import psycopg

#: Steps in a batch, as in the engine.
_BATCH = 500

_PLANNED = f"""
WITH due AS (
    SELECT step.id, step.organization_id, step.generation, step.next_order, step.lead_id, lead.conversation_id,
        lead.phone_e164, 'Hi ' || lead.first_name || ', this is Bench Lending.' AS body,
        jsonb_build_object('kind', 'step', 'words', 'Step 1 of Bench, version 1', 'sequence', 'seq_s9yv79x16azrbqza',
            'version', 1, 'step', 0, 'enrollment', step.id, 'enrolled_by', '', 'asked_for', true,
            'in_business_hours', false) AS reason
    FROM sequences_enrollment AS step JOIN leads_lead AS lead ON lead.id = step.lead_id
    WHERE step.status = 'active' AND step.next_step_at <= now() ORDER BY step.next_step_at, step.id LIMIT {_BATCH}
    FOR NO KEY UPDATE OF step, lead SKIP LOCKED
), moved AS (
    UPDATE sequences_enrollment AS moving SET status = 'completed', next_order = NULL, next_step_at = NULL,
        ended_at = now() FROM due WHERE moving.id = due.id
), said AS (
    INSERT INTO leads_message (uuid, direction, channel, address, author, author_label, subject, body, is_composed,
        reason, state, state_reason, not_before, attempts, provider, provider_id, error_code, created_at,
        conversation_id, lead_id, organization_id, crashes)
    SELECT gen_random_uuid(), 'out', 'sms', phone_e164, 'sequence', 'Bench', '', body, false, reason, 'queued', '',
        now(), 0, '', '', '', now(), conversation_id, lead_id, organization_id, 0 FROM due
    RETURNING id, lead_id
), told AS (
    INSERT INTO crm_event (organization_id, lead_id, name, happened_at, actor_kind, actor_label, data)
    SELECT organization_id, lead_id, 'sequence.completed', now(), 'sequence', 'Bench',
        jsonb_build_object('sequence', 'seq_s9yv79x16azrbqza', 'enrollment', id, 'sequence_name', 'Bench') FROM due
)
INSERT INTO sequences_steprun (organization_id, enrollment_id, generation, "order", skipped_because, planned_at,
    message_id)
SELECT due.organization_id, due.id, due.generation, due.next_order, '', now(), said.id
FROM due JOIN said ON said.lead_id = due.lead_id RETURNING message_id
"""
_CLAIMED = """
UPDATE leads_message SET state = 'sending', attempts = attempts + 1, lease = %s, leased_until = now() + interval '60 s'
WHERE id = ANY(%s) AND state = 'queued'
"""
_SENT = """
UPDATE leads_message SET state = 'sent', provider = 'simulator', provider_id = 'sim_' || uuid, sent_at = now(),
    lease = NULL, leased_until = NULL WHERE id = ANY(%s) AND lease = %s RETURNING conversation_id
"""
_TALKED = """
UPDATE leads_conversation SET message_count = message_count + 1, last_message_at = now(), last_outbound_at = now()
WHERE id = ANY(%s)
"""


def write_all(direct: psycopg.Connection[Any], lease: str) -> None:
    """Until nothing is due. Three transactions for each batch: planned, claimed, sent."""
    while ids := [row[0] for row in direct.execute(_PLANNED).fetchall()]:
        direct.execute(_CLAIMED, [lease, ids])
        with direct.transaction():
            talks = [row[0] for row in direct.execute(_SENT, [ids, lease]).fetchall()]
            direct.execute(_TALKED, [talks])
