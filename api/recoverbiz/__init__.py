"""RecoverBiz Partner API: leads and sequences of a partner's sub-accounts. docs/api/recoverbiz.md has the decisions."""
