"""What every page was at any time, to answer as of some time ago."""

from dataclasses import replace
from datetime import datetime

from syncd_notion.sandbox.state import NotionPage


class PageHistory:
    """Every state of every page, in order."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, NotionPage]] = []

    def note(self, at: datetime, page: NotionPage) -> None:
        """Note a page as it is now."""
        kept = replace(page, values=dict(page.values), title=list(page.title))
        self._entries.append((at, kept))

    def pages(self, at: datetime) -> dict[str, NotionPage]:
        """Return the pages that there were at a time, as they were, by id."""
        return {page.id: page for when, page in self._entries if when <= at}
