"""
Which table belongs to whom. A model with an organization of its own belongs to that, and need not stand here; any other
that is missing here fails tests/wall/test_tables.py.
"""

from __future__ import annotations

#: What the transaction says it reaches. As plain an equation as can be: the planner sees that the organisation asked
#: for must be the same, has that checked once for the statement, and goes on as if there were no policy.
REACHED = "NULLIF(current_setting('leadwright.organization', true), '')::bigint"

#: Belongs to whom the row belongs that it hangs on, by that foreign key.
THROUGH = {
    "crm.NotificationChoice": "advisor",
    "leads.AssignmentMember": "rule",
    "leads.BulkRow": "job",
    "leads.ImportKey": "job",
    "leads.LeadImport": "job",
    "leads.LeadTag": "tag",
    "leads.Offer_advisors": "offer",
    "leads.UploadLink_items": "uploadlink",
    "sequences.SequenceVersion": "sequence",
    "sequences.Step": "version",
}

#: An organisation sees what is its own, and what all accounts of its partner share.
_OWN_OR_PARTNERS = f"""
organization_id = {REACHED}
OR organization_id IS NULL AND partner_id IN (SELECT partner_id FROM crm_organization)
"""  # noqa: S608
SPECIAL = {
    "crm.Organization": f"id = {REACHED}",
    "crm.Credential": _OWN_OR_PARTNERS,
    "crm.WebhookEndpoint": _OWN_OR_PARTNERS,
}

#: Staff write here what they did in all organisations, with names of leads in it: nobody's, unless one reaches all.
STAFF_ONLY = {"admin.LogEntry"}

#: Rows that are for good: the site may write and read them, and nothing else.
APPEND_ONLY = ("crm_auditentry",)

#: These grow fastest, and may lie in partitions by organisation (manage.py partition); in this order they are moved.
PARTITIONED = ("crm.Event", "leads.Message")

#: Open to every transaction of the site, and why.
OPEN = {
    "account.EmailAddress": "belongs to a log-in, which is looked up before its organisations are known",
    "account.EmailConfirmation": "the same",
    "api.RateWindow": "how often a key came in this minute; counted before anything else",
    "auth.Group": "names of staff's rights",
    "auth.Group_permissions": "the same",
    "auth.Permission": "the same",
    "contenttypes.ContentType": "names of models",
    "crm.AuditMark": "how far each table of facts is chained",
    "crm.LogInTry": "how often a password was tried at an address; counted before anybody is known",
    "crm.Partner": "a name, no person's; found by its key before any account is known",
    "crm.User": "log-ins, looked up before their organisations are known; a name and an address each",
    "crm.User_groups": "staff's rights",
    "crm.User_user_permissions": "the same",
    "django_q.OrmQ": "the doorbell: names of functions, nobody's data",
    "django_q.Schedule": "the same",
    "django_q.Task": "what became of them",
    "leads.LooseFile": "random names of files that no row holds",
    "leads.SenderPace": "when a number or account that several organisations may share sends next",
    "mfa.Authenticator": "belongs to a log-in; its secrets are encrypted",
    "sessions.Session": "found by its key alone, before anything else is known",
    "usersessions.UserSession": "belongs to a log-in",
}
