"""Who may reach everybody's rows, and why. Whatever else does so fails here: it should say whose rows it wants."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

ALLOWED = {
    # who is asking, which is what tells whose rows come next
    "crm/access.py": "the places of whoever has signed in",
    "api/credentials.py": "the key that is shown",
    "api/userleads/auth.py": "the log-in of an access token",
    "api/userleads/log_in_views.py": "the places of whoever signs in by password",
    "crm/log_ins.py": "a log-in is a fact in each organisation where its user works",
    "crm/views/invitation.py": "the invitation that a link names",
    "leads/views/handing_in.py": "the borrower's link",
    "api/convoso/views/recordings.py": "the recording that a signed address names",
    "api/inbound_email/views.py": "the account that an e-mail came to",
    "api/twilio/signing.py": "the accounts that may have signed",
    # whoever stands above organisations
    "leads/erasing.py": "what staff did to a lead that is erased",
    "api/base.py": "a partner's key, at addresses that name none of its accounts",
    "crm/admin_site.py": "staff in the administration",
    "crm/keys.py": "whether a partner has other organisations, which is all that is said",
    "crm/replica/written.py": "a name for everybody: up to where all have written",
    # the workers, before a batch is one organisation's
    "sequences/engine.py": "whose turn it is, planning and drafting",
    "leads/bulk_jobs.py": "whose job is next",
    "crm/webhooks.py": "which deliveries are due",
    "crm/housekeeping.py": "the chores",
    # the operator
    "crm/observing/standing.py": "metrics: numbers",
    "crm/progress.py": "what has waited longest: a moment and a number",
    "crm/management/commands/backup.py": "everything",
    "crm/management/commands/create_advisor.py": "the organisation by its account id",
    "crm/management/commands/create_organization.py": "one that is not there yet",
    "crm/management/commands/issue_key.py": "the organisation by its account id",
    "crm/management/commands/park_restored.py": "everything",
    "crm/management/commands/restore.py": "everything",
    "crm/management/commands/rotate_secrets.py": "all secrets",
    "crm/management/commands/verify_audit.py": "all chains",
    "leads/management/commands/create_company.py": "the organisation by its account id",
    "leads/management/commands/create_list.py": "the same",
    "leads/management/commands/recount_stages.py": "all organisations",
    "leads/management/commands/rescore.py": "the same",
    "leads/management/commands/resume_sending.py": "the same",
    "leads/management/commands/stop_sending.py": "the same",
    "sequences/management/commands/check_engine.py": "all that may be stuck",
    "api/management/commands/load_demo.py": "an organisation that is not there yet",
}
_EVERYBODY = re.compile(r"\breach\.(everybody|turn_to_everybody|EVERYBODY)\b|from crm\.reach import")


def test_only_named_code_reaches_everybodys_rows() -> None:
    found = {
        str(path.relative_to(PROJECT))
        for app in ("crm", "leads", "sequences", "api")
        for path in (PROJECT / app).rglob("*.py")
        if _EVERYBODY.search(path.read_text())
    }
    assert found - {"crm/postgresql/walled.py"} == set(ALLOWED)
