"""Lines for spreadsheets, written as they come; no cell is taken for a formula."""

from __future__ import annotations

from crm.cells import harmless, harmless_row

__all__ = ["Echo", "harmless", "harmless_row"]


class Echo:
    """A file that hands each line back instead of keeping it: csv.writer(Echo()).writerow(…) is the line."""

    def write(self, line: str) -> str:
        return line
