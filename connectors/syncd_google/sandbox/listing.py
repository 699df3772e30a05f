"""Pages and sync tokens: what a listing hands out to be continued."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from syncd_google.sandbox.refusal import invalid, stale_token
from syncd_google.sandbox.state import GoogleAccount
from syncd_google.sandbox.switches import GoogleSwitches

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RemainingItems:
    """What is left of a listing after a page, and the sync token of its end."""

    items: tuple[Json, ...]
    token: str | None


class GoogleListings:
    """The listings that are under way, by page token."""

    def __init__(self, switches: GoogleSwitches) -> None:
        self._switches = switches
        self._rests: dict[str, RemainingItems] = {}
        self._made = 0
        self.empty_pages = 0
        """How many of the next listings begin with an empty page."""
        self.largest_page = 2500
        """How many items a page holds at most: it may be fewer than was asked for."""
        self.empty_listings = 0
        """How many of the next listings find nothing."""

    def begin(self, items: list[Json], token: str | None, size: int) -> Json:
        """Return the first page of a listing."""
        if self.empty_listings:
            self.empty_listings -= 1
            items = []
        rest = RemainingItems(tuple(items), token)
        if self.empty_pages:
            self.empty_pages -= 1
            return {"nextPageToken": self._kept(rest), "items": []}
        return self._page(rest, size)

    def forget(self) -> None:
        """Forget every listing that is under way."""
        self._rests.clear()

    def next(self, page: str, size: int) -> Json:
        """Return a further page."""
        if page not in self._rests:
            raise invalid("Invalid page token value.", "parameter pageToken")
        return self._page(self._rests[page], size)

    def _page(self, rest: RemainingItems, size: int) -> Json:
        size = min(size, self.largest_page)
        if len(rest.items) > size:
            again = 1 if self._switches.repeats_rows and size > 1 else 0
            left = RemainingItems(rest.items[size - again :], rest.token)
            return {"nextPageToken": self._kept(left), "items": list(rest.items[:size])}
        end = {"nextSyncToken": rest.token} if rest.token else {}
        return {**end, "items": list(rest.items)}

    def _kept(self, rest: RemainingItems) -> str:
        self._made += 1
        digest = hashlib.sha256(f"page {self._made}".encode()).digest()
        token = base64.urlsafe_b64encode(digest[:18]).decode()
        self._rests[token] = rest
        return token


def sync_token(account: GoogleAccount, scope: str, query: Json, reached: int) -> str:
    """Return the token from which the changes after the one ``reached`` can be read."""
    kept = {"scope": scope, "change": reached, "epoch": account.epoch, "query": query}
    text = json.dumps(kept, sort_keys=True)
    return "C" + base64.urlsafe_b64encode(text.encode()).decode()


def changes_since(account: GoogleAccount, token: str, scope: str, query: Json) -> int:
    """Return the number of the last change that the token's holder knows.

    The documentation calls the behaviour undefined where the query differs from the
    first one; here it is refused, so that a client that does so is found out.
    """
    try:
        kept = json.loads(base64.urlsafe_b64decode(token[1:]))
        same = token[0] == "C" and kept["scope"] == scope
        change, epoch, asked = int(kept["change"]), kept["epoch"], kept["query"]
    except (ValueError, KeyError, TypeError, IndexError):
        same = False
    if not same:
        raise invalid("Invalid sync token value.", "parameter syncToken")
    if epoch != account.epoch:
        raise stale_token()
    if asked != query:
        raise invalid("The query is not that of the sync token.", "parameter syncToken")
    return change
