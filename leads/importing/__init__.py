"""Leads from files that people have: look, say what each column is, try it out, bring them in, take it back."""
