"""Reading when the person has no time; nothing is ever written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncd.connect.busy import Busy, BusySpan, merged
from syncd.errors import Changed, Gone, SkipItem, TryLater
from syncd_google import listing, spans
from syncd_google.provision import Calendar
from syncd_google.refusals import SIGN_IN, NotAllowed
from syncd_google.settings import GoogleSettings
from syncd_google.spans import Counting

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import Client

Json = dict[str, Any]

_MOST_CALENDARS = 50  # in one question, by the Calendar API's reference
_LONGEST = timedelta(days=60)  # of one question: longer ones may be refused
_PAGES = 200
_NOT_THIS = (SkipItem, Gone, Changed)
_REFUSED = (NotAllowed, *_NOT_THIS)


@dataclass(slots=True, kw_only=True)
class Told:
    """What was told so far: spans by calendar, and why others told nothing."""

    spans: dict[str, list[BusySpan]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Reads the busy time between two instants of the calendars that the settings name."""

    client: "Client"
    settings: GoogleSettings
    start: datetime
    end: datetime

    def busy(self, own: Calendar | None, *, guests: bool) -> Busy:
        """Return when the person has no time.

        ``own`` is syncd's calendar: only what the person keeps there counts, and it is
        read only where there is any (``guests``).
        """
        if self.end <= self.start:
            return Busy(calendars=tuple(self._named(own)))
        told = self._told(self._named(own))
        every = [one for found in told.spans.values() for one in found]
        if own is not None and guests:
            every += self._guests(own, told)
        return Busy(
            spans=merged(every, self.start, self.end),
            calendars=tuple(told.spans),
            unreadable=tuple(told.unreadable.values()),
            problems=tuple(told.problems),
        )

    def _named(self, own: Calendar | None) -> list[str]:
        named = dict.fromkeys(self.settings.busy_calendars)
        return [it for it in named if own is None or it != own.id]

    def _told(self, calendars: Sequence[str]) -> Told:
        if self.settings.asks_more_than_free_busy:
            return self._listed(calendars)
        try:
            return self._asked(calendars)
        except NotAllowed:
            told = self._listed(calendars)
            if not told.spans:  # it is not this or that calendar, but the sign-in
                told.unreadable = {name: _closed(name) for name in told.unreadable}
            return told
        except _NOT_THIS:
            return self._listed(calendars)

    def _asked(self, calendars: Sequence[str]) -> Told:
        """Ask for free and busy time: what Google itself takes for busy."""
        told = Told(spans={name: [] for name in calendars})
        for start, end in self._pieces():
            for at in range(0, len(calendars), _MOST_CALENDARS):
                some = calendars[at : at + _MOST_CALENDARS]
                question = {
                    "timeMin": _stated(start),
                    "timeMax": _stated(end),
                    "items": [{"id": name} for name in some],
                }
                answers = self.client.free_busy(question).get("calendars")
                self._note(told, some, answers if isinstance(answers, dict) else {})
        for name in told.unreadable:
            told.spans.pop(name, None)
        return told

    def _note(self, told: Told, names: Sequence[str], answers: Json) -> None:
        for name in names:
            answer = answers.get(name) or {"errors": [{"reason": "no answer"}]}
            if answer.get("errors"):
                reason = str(answer["errors"][0].get("reason"))
                told.unreadable[name] = _unreadable(name, reason)
            else:
                told.spans[name] += spans.of_answer(answer.get("busy") or ())

    def _listed(self, calendars: Sequence[str]) -> Told:
        """Read the events themselves."""
        told = Told()
        counting = Counting.of(self.settings)
        for name in calendars:
            try:
                pages = list(self._pages(name))
            except NotAllowed:
                told.unreadable[name] = _closed(name)
            except _NOT_THIS:
                told.unreadable[name] = _unreadable(name, "notFound")
            else:
                if pages[-1].get("accessRole") == "freeBusyReader":
                    self._bare(told, name)
                if name not in told.spans:
                    told.spans[name] = list(_spans(pages, counting))
        return told

    def _bare(self, told: Told, name: str) -> None:
        """Take what Google calls busy where it shows no more than that of a calendar."""
        if self.settings.asks_more_than_free_busy:
            told.problems.append(_bare(name))
        try:
            asked = self._asked([name])
        except _REFUSED:
            return
        told.spans |= asked.spans

    def _guests(self, own: Calendar, told: Told) -> list[BusySpan]:
        try:
            pages = list(self._pages(own.id))
        except _REFUSED:
            told.unreadable[own.id] = _unreadable(own.id, "notFound")
            return []
        for page in pages:
            page["items"] = [it for it in page.get("items", ()) if listing.is_guest(it)]
        return list(_spans(pages, Counting.of(self.settings)))

    def _pages(self, calendar: str) -> Iterator[Json]:
        query: Json = {
            "singleEvents": True,
            "timeMin": _stated(self.start),
            "timeMax": _stated(self.end),
            "maxResults": 2500,
        }
        for _ in range(_PAGES):
            page = self.client.events(calendar, query)
            yield page
            if not page.get("nextPageToken"):
                return
            query["pageToken"] = page["nextPageToken"]
        raise TryLater("Google's list of events does not end: trying again later.")

    def _pieces(self) -> Iterator[tuple[datetime, datetime]]:
        start = self.start
        while start < self.end:
            end = min(start + _LONGEST, self.end)
            yield start, end
            start = end


def _spans(pages: Sequence[Json], counting: Counting) -> Iterator[BusySpan]:
    for page in pages:
        zone = str(page.get("timeZone") or "UTC")
        yield from spans.of_events(page.get("items", ()), zone, counting)


def _stated(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _unreadable(name: str, reason: str) -> str:
    if reason != "notFound":
        return (
            f"Google could not say when the calendar '{name}' is busy ({reason}): sync again."
        )
    return (
        f"There is no calendar '{name}' that syncd may read: share it with your account, or "
        "correct `busy_calendars` under [connectors.google]."
    )


def _closed(name: str) -> str:
    return (
        f"syncd may not see when the calendar '{name}' is busy: {SIGN_IN} and tick every box."
    )


def _bare(name: str) -> str:
    return (
        f"Of the calendar '{name}' syncd sees only when it is busy, so `busy_tentative`, "
        "`busy_out_of_office` and `busy_declined` change nothing there: "
        f"{SIGN_IN} and tick every box."
    )
