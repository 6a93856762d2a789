"""What the contracts must remember between requests."""

from api.models.idempotency import KeptAnswer
from api.models.ratelimit import RateWindow

__all__ = ["KeptAnswer", "RateWindow"]
