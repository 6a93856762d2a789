"""Django's database engine for PostgreSQL, which asks less often whether a connection is alive."""
