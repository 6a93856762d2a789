"""Convoso API: a dialler's leads, lists and recordings of one organisation. docs/api/convoso.md has the decisions."""
