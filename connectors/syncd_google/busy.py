"""Reading when the person has no time; nothing is ever written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncd.connect.border import Pages, fault, sort_out
from syncd.connect.busy import Busy, BusySpan, merged
from syncd.errors import Changed, Gone, SkipItem
from syncd_google import border, listing, spans
from syncd_google.provision import Calendar
from syncd_google.refusals import SIGN_IN, NotAllowed, Unreadable
from syncd_google.settings import GoogleSettings
from syncd_google.spans import Counting
from syncd_google.walking import walk

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import Client

Json = dict[str, Any]

_MOST_CALENDARS = 50  # in one question, by the Calendar API's reference
_LONGEST = timedelta(days=60)  # of one question: longer ones may be refused
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
    pages: Pages
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
                reply = border.asked_for(self.client.free_busy(question), border.FreeBusy)
                self._note(told, some, reply["calendars"])
        for name in told.unreadable:
            told.spans.pop(name, None)
        return told

    def _note(self, told: Told, names: Sequence[str], answers: Json) -> None:
        for name in names:
            answer = answers.get(name, {})
            reason = _silence(answer)
            if reason:
                told.unreadable[name] = _unreadable(name, reason)
                continue
            try:
                told.spans[name] += spans.of_answer(answer["busy"])
            except Unreadable as error:
                told.unreadable[name] = _unreadable(name, str(error))

    def _listed(self, calendars: Sequence[str]) -> Told:
        """Read the events themselves."""
        told = Told()
        counting = Counting.of(self.settings)
        for name in calendars:
            try:
                pages = self._pages(name)
                if pages[-1].get("accessRole") == "freeBusyReader":
                    self._bare(told, name)
                if name not in told.spans:
                    told.spans[name] = list(_spans(pages, counting, _anything))
            except NotAllowed:
                told.unreadable[name] = _closed(name)
            except Unreadable as error:
                told.unreadable[name] = _unreadable(name, str(error))
            except _NOT_THIS:
                told.unreadable[name] = _unreadable(name, "notFound")
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
            counting = Counting.of(self.settings)
            return list(_spans(self._pages(own.id), counting, listing.is_guest))
        except Unreadable as error:
            told.unreadable[own.id] = _unreadable(own.id, str(error))
        except _REFUSED:
            told.unreadable[own.id] = _unreadable(own.id, "notFound")
        return []

    def _pages(self, calendar: str) -> list[Json]:
        query: Json = {
            "singleEvents": True,
            "timeMin": _stated(self.start),
            "timeMax": _stated(self.end),
            "maxResults": 2500,
        }

        def ask(cursor: str | None) -> Json:
            more = {"pageToken": cursor} if cursor else {}
            return self.client.events(calendar, {**query, **more})

        return walk(self.pages, calendar, ask)

    def _pieces(self) -> Iterator[tuple[datetime, datetime]]:
        start = self.start
        while start < self.end:
            end = min(start + _LONGEST, self.end)
            yield start, end
            start = end


def _spans(
    pages: Sequence[Json], counting: Counting, counts: Callable[[Json], bool]
) -> Iterator[BusySpan]:
    """Yield when those events that count take time. Raises ``Unreadable``."""
    for page in pages:
        found = sort_out(page["items"], border.BusyEvent, border.TITLE, border.named)
        if found.nameless or found.unread:
            raise Unreadable("something there can't be read")
        zone = page.get("timeZone") or "UTC"
        counted = [event for event in found.good.values() if counts(event)]
        yield from spans.of_events(counted, zone, counting)


def _anything(event: Json) -> bool:  # noqa: ARG001  # whatever it is
    return True


def _silence(answer: object) -> str:
    """Return why an answer does not tell when a calendar is busy; "" where it does."""
    if not isinstance(answer, dict) or not answer:
        return "no answer"
    if fault(answer, border.Answer):
        return "an answer that can't be read"
    if answer.get("errors"):
        return str(answer["errors"][0].get("reason", "no reason given"))
    return "" if "busy" in answer else "no answer"


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
