"""Reading Google's listings to their end."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from syncd.connect.border import Pages
from syncd.errors import Gone, NotFound, Refused, TryLater
from syncd_google import border

Json = dict[str, Any]


def walk(pages: Pages, key: str, ask: Callable[[str | None], Json]) -> list[Json]:
    """Return every page of a listing; ``ask`` takes the token of a page.

    Raises ``TryLater`` where the listing can't go on as it began, and what ``ask`` raises.
    """
    asked: list[str | None] = []

    def page(token: str | None) -> Json:
        asked.append(token)
        return border.page(ask(token))

    try:
        return pages.read(key, page, border.after)
    except NotFound:
        raise
    except (Gone, Refused) as error:
        if asked[-1] is None:
            raise
        # It was interrupted for so long that the token of its page has aged.
        raise TryLater(
            "Google no longer knows where its list went on: reading anew."
        ) from error


class Walks:
    """The listings read for busy time, by what is asked for; the last two are kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[datetime, datetime], Pages] = {}

    def within(self, start: datetime, end: datetime) -> Pages:
        """Return what reads the listings between two instants."""
        pages = self._kept.pop((start, end), None) or Pages(border.TITLE)
        self._kept = dict([*self._kept.items(), ((start, end), pages)][-2:])
        return pages
