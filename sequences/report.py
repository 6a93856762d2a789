"""What one pass over everything due came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class TickReport:
    """Counts of one pass; str() is the line that `manage.py tick` prints."""

    planned: int = 0
    skipped: int = 0
    held: int = 0
    waiting: int = 0
    cancelled: int = 0
    completed: int = 0
    drafted: int = 0
    sent: int = 0
    not_sent: int = 0
    reaped: int = 0
    is_unfinished: bool = False

    def __str__(self) -> str:
        counts = {name.replace("_", " "): count for name, count in asdict(self).items() if name != "is_unfinished"}
        done = ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing was due"
        return f"{done}; more is due" if self.is_unfinished else done
