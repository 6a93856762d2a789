"""
Lists, searches, reports and exports from a streaming copy of the database (REPLICA_URL).

reading.py says who may, and what turns a request back to the primary; standing.py how far the copy has come;
written.py up to where each organisation's own writes have to be there; requests.py is the middleware that remembers
them; base.py is Django's engine. Without REPLICA_URL none of this is loaded but reading.py, which then does nothing.
"""

#: As in settings.DATABASES.
REPLICA = "replica"
