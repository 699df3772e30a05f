"""Reading when the person has no time, and which events take it; nothing is ever written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from syncd.connect.border import Pages, fault, sort_out
from syncd.connect.contract import Busy, BusySpan, merged
from syncd.errors import Changed, Gone, SkipItem
from syncd_google import border, events
from syncd_google.border import UnreadableEvent
from syncd_google.calendars import BoundCalendar, is_persons_event
from syncd_google.errors import SIGN_IN, ScopeMissing
from syncd_google.settings import GoogleSettings

if TYPE_CHECKING:  # the client library takes long to import
    from syncd_google.client import GoogleClient

Json = dict[str, Any]

_MOST_CALENDARS = 50  # in one question, by the Calendar API's reference
_LONGEST = timedelta(days=60)  # of one question: longer ones may be refused
_NOT_THIS = (SkipItem, Gone, Changed)
_REFUSED = (ScopeMissing, *_NOT_THIS)
_NEVER = frozenset({"workingLocation", "birthday"})
_UNSURE = frozenset({"tentative", "needsAction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyRules:
    """What counts as busy, beside what is sure to happen."""

    tentative: bool = True
    out_of_office: bool = True
    declined: bool = False

    @classmethod
    def of(cls, settings: GoogleSettings) -> "BusyRules":
        """Return what the settings say."""
        return cls(
            tentative=settings.busy_tentative,
            out_of_office=settings.busy_out_of_office,
            declined=settings.busy_declined,
        )

    def takes_time(self, event: Json) -> bool:
        """Say whether an event makes its person busy.

        As in the Calendar API's reference: cancelled and transparent events never do, nor
        does where someone works.
        """
        kind = event.get("eventType")
        answer = _answer(event)
        if events.is_gone(event) or event.get("transparency") == "transparent":
            return False
        if kind in _NEVER or (kind == "outOfOffice" and not self.out_of_office):
            return False
        if answer == "declined":
            return self.declined
        unsure = event.get("status") == "tentative" or answer in _UNSURE
        return self.tentative or not unsure


class BusyListings:
    """The listings read for busy time, by what is asked for; the last two are kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[datetime, datetime], Pages] = {}

    def within(self, start: datetime, end: datetime) -> Pages:
        """Return what reads the listings between two instants."""
        pages = self._kept.pop((start, end), None) or Pages(border.TITLE)
        self._kept = dict([*self._kept.items(), ((start, end), pages)][-2:])
        return pages


@dataclass(slots=True, kw_only=True)
class BusyAnswers:
    """What was answered so far: spans by calendar, and why there are none of others."""

    spans: dict[str, list[BusySpan]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BusyReader:
    """Reads the busy time between two instants of the calendars that the settings name."""

    client: "GoogleClient"
    pages: Pages
    settings: GoogleSettings
    start: datetime
    end: datetime

    def busy(self, own: BoundCalendar | None, *, persons_events: bool) -> Busy:
        """Return when the person has no time.

        ``own`` is syncd's calendar: only what the person keeps there counts, and it is
        read only where there is any (``persons_events``).
        """
        if self.end <= self.start:
            return Busy(calendars=tuple(self._named(own)))
        answers = self._all_answers(self._named(own))
        every = [span for spans in answers.spans.values() for span in spans]
        if own is not None and persons_events:
            every += self._persons_events(own, answers)
        return Busy(
            spans=merged(every, self.start, self.end),
            calendars=tuple(answers.spans),
            unreadable=tuple(answers.unreadable.values()),
            problems=tuple(answers.problems),
        )

    def _named(self, own: BoundCalendar | None) -> list[str]:
        named = dict.fromkeys(self.settings.busy_calendars)
        return [name for name in named if own is None or name != own.id]

    def _all_answers(self, calendars: Sequence[str]) -> BusyAnswers:
        if self.settings.asks_more_than_free_busy:
            return self._listed(calendars)
        try:
            return self._asked(calendars)
        except ScopeMissing:
            answers = self._listed(calendars)
            if not answers.spans:  # it is not this or that calendar, but the sign-in
                answers.unreadable = {name: _closed(name) for name in answers.unreadable}
            return answers
        except _NOT_THIS:
            return self._listed(calendars)

    def _asked(self, calendars: Sequence[str]) -> BusyAnswers:
        """Ask for free and busy time: what Google itself takes for busy."""
        answers = BusyAnswers(spans={name: [] for name in calendars})
        for start, end in self._pieces():
            for at in range(0, len(calendars), _MOST_CALENDARS):
                some = calendars[at : at + _MOST_CALENDARS]
                question = {
                    "timeMin": _utc(start),
                    "timeMax": _utc(end),
                    "items": [{"id": name} for name in some],
                }
                reply = border.asked_for(self.client.free_busy(question), border.FreeBusyShape)
                self._record(answers, some, reply["calendars"])
        for name in answers.unreadable:
            answers.spans.pop(name, None)
        return answers

    def _record(self, answers: BusyAnswers, names: Sequence[str], reply: Json) -> None:
        for name in names:
            answer = reply.get(name, {})
            reason = _no_answer(answer)
            if reason:
                answers.unreadable[name] = _unreadable(name, reason)
                continue
            try:
                answers.spans[name] += spans_of_answer(answer["busy"])
            except UnreadableEvent as error:
                answers.unreadable[name] = _unreadable(name, str(error))

    def _listed(self, calendars: Sequence[str]) -> BusyAnswers:
        """Read the events themselves."""
        answers = BusyAnswers()
        rules = BusyRules.of(self.settings)
        for name in calendars:
            try:
                pages = self._pages(name)
                if pages[-1].get("accessRole") == "freeBusyReader":
                    self._add_free_busy(answers, name)
                if name not in answers.spans:
                    answers.spans[name] = list(_spans(pages, rules, _anything))
            except ScopeMissing:
                answers.unreadable[name] = _closed(name)
            except UnreadableEvent as error:
                answers.unreadable[name] = _unreadable(name, str(error))
            except _NOT_THIS:
                answers.unreadable[name] = _unreadable(name, "notFound")
        return answers

    def _add_free_busy(self, answers: BusyAnswers, name: str) -> None:
        """Take what Google calls busy where it shows no more than that of a calendar."""
        if self.settings.asks_more_than_free_busy:
            answers.problems.append(_only_free_busy(name))
        try:
            asked = self._asked([name])
        except _REFUSED:
            return
        answers.spans |= asked.spans

    def _persons_events(self, own: BoundCalendar, answers: BusyAnswers) -> list[BusySpan]:
        try:
            rules = BusyRules.of(self.settings)
            return list(_spans(self._pages(own.id), rules, is_persons_event))
        except UnreadableEvent as error:
            answers.unreadable[own.id] = _unreadable(own.id, str(error))
        except _REFUSED:
            answers.unreadable[own.id] = _unreadable(own.id, "notFound")
        return []

    def _pages(self, calendar: str) -> list[Json]:
        query: Json = {
            "singleEvents": True,
            "timeMin": _utc(self.start),
            "timeMax": _utc(self.end),
            "maxResults": 2500,
        }

        def ask(cursor: str | None) -> Json:
            more = {"pageToken": cursor} if cursor else {}
            return self.client.events(calendar, {**query, **more})

        return border.read_pages(self.pages, calendar, ask)

    def _pieces(self) -> Iterator[tuple[datetime, datetime]]:
        start = self.start
        while start < self.end:
            end = min(start + _LONGEST, self.end)
            yield start, end
            start = end


def _spans(
    pages: Sequence[Json], rules: BusyRules, counts: Callable[[Json], bool]
) -> Iterator[BusySpan]:
    """Yield when those events that count take time. Raises ``UnreadableEvent``."""
    for page in pages:
        entries = sort_out(page["items"], border.BusyEventShape, border.TITLE, border.named)
        if entries.nameless or entries.unread:
            raise UnreadableEvent("something there can't be read")
        zone = page.get("timeZone") or "UTC"
        counted = [event for event in entries.good.values() if counts(event)]
        yield from spans_of_events(counted, zone, rules)


def spans_of_events(listed: Iterable[Json], zone: str, rules: BusyRules) -> Iterator[BusySpan]:
    """Yield when these events take time; days are those of ``zone``, the calendar's.

    Raises ``UnreadableEvent`` for one that takes time of which nobody can tell when.
    """
    for event in listed:
        if rules.takes_time(event):
            start, end = (_instant(events.part(event, name), zone) for name in ("start", "end"))
            yield from _span(start, end, events.text(event, "summary"))


def spans_of_answer(busy: Iterable[Json]) -> Iterator[BusySpan]:
    """Yield the spans of an answer about free and busy time. Raises ``UnreadableEvent``."""
    for span in busy:
        yield from _span(events.instant(span.get("start")), events.instant(span.get("end")), "")


def _span(start: datetime | None, end: datetime | None, title: str) -> Iterator[BusySpan]:
    if start is None or end is None or end < start:
        what = events.quoted(title) if title else "something there"
        raise UnreadableEvent(f"nobody can tell when {what} takes place")
    if start < end:
        yield BusySpan(start, end)


def _answer(event: Json) -> object:
    """Return what the calendar's own person answered to an invitation."""
    people = event.get("attendees")
    for person in people if isinstance(people, list) else ():
        if isinstance(person, dict) and person.get("self"):
            return person.get("responseStatus")
    return None


def _instant(stated: events.Json, zone: str) -> datetime | None:
    day, here = events.day(stated), events.zone_named(zone)
    try:
        if day is not None and here is not None:
            return datetime.combine(day, time(), here).astimezone(UTC)
        at = events.local_time(stated, zone)
        return at.astimezone(UTC) if at else None
    except OverflowError:  # at the ends of all time
        return None


def _anything(event: Json) -> bool:  # noqa: ARG001  # whatever it is
    return True


def _no_answer(answer: object) -> str:
    """Return why an answer does not state when a calendar is busy; "" where it does."""
    if not isinstance(answer, dict) or not answer:
        return "no answer"
    if fault(answer, border.BusyTimesShape):
        return "an answer that can't be read"
    if answer.get("errors"):
        return str(answer["errors"][0].get("reason", "no reason given"))
    return "" if "busy" in answer else "no answer"


def _utc(at: datetime) -> str:
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


def _only_free_busy(name: str) -> str:
    return (
        f"Of the calendar '{name}' syncd sees only when it is busy, so `busy_tentative`, "
        "`busy_out_of_office` and `busy_declined` change nothing there: "
        f"{SIGN_IN} and tick every box."
    )
