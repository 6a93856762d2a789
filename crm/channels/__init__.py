"""Clients of those who carry messages. They know no models."""
