"""What the contracts must remember between requests."""

from api.models.ratelimit import RateWindow

__all__ = ["RateWindow"]
