"""Rich Utilities' leads and companies, as one user sees them. Contract: docs/api/userleads.md."""
