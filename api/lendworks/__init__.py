"""LendWorks Broker API: leads of one organisation. docs/api/lendworks.md has the decisions."""
