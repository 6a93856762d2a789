"""Leads and everything around them, for administrators. Changes go through the same functions as on any page."""

from leads.admin import (
    assignment,
    contactability,
    dialing,
    jobs,
    lead,
    papers,
    people,
    pipeline,
    privacy,
    queue,
    talk,
    tasks,
    tiles,
)

__all__ = [
    "assignment",
    "contactability",
    "dialing",
    "jobs",
    "lead",
    "papers",
    "people",
    "pipeline",
    "privacy",
    "queue",
    "talk",
    "tasks",
    "tiles",
]
