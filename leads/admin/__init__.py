"""Leads and everything around them, for administrators. Changes go through the same functions as on any page."""

from leads.admin import contactability, dialing, lead, papers, people, pipeline, talk

__all__ = ["contactability", "dialing", "lead", "papers", "people", "pipeline", "talk"]
