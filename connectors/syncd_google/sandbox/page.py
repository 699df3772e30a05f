"""The calendar's own window: a week or a month, to look at and to edit."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from syncd_google.sandbox import acts
from syncd_google.sandbox.forms import ACTS
from syncd_google.sandbox.palette import COLOURS
from syncd_google.sandbox.person import ticked
from syncd_google.sandbox.refusal import GoogleRefusal
from syncd_google.sandbox.state import GoogleAccount, GoogleCalendar, GoogleEvent

_FIRST_HOUR, _LAST_HOUR = 7, 22
_PIXELS = 36  # an hour's height in the week


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnEvent:
    """One event as the window draws it on one day.

    top, height: in pixels; left, width: in per cent of the day's column.
    """

    id: str
    calendar: str
    title: str
    hour: str
    kind: str
    colour: str
    top: int
    height: int
    left: float = 0
    width: float = 100


class CalendarPage:
    """The pages of one account."""

    def __init__(self, account: GoogleAccount) -> None:
        self._account = account
        loader = PackageLoader("syncd_google.sandbox", ".")
        self._pages = Environment(loader=loader, autoescape=True)

    async def show(self, request: Request) -> Response:
        """Show the week or the month around a day."""
        asked = request.query_params
        day = _day(asked.get("day"), self._today())
        view = "month" if asked.get("view") == "month" else "week"
        days = _month(day) if view == "month" else _week(day)
        text = self._pages.get_template("page.html").render(
            view=view,
            day=day,
            days=days,
            today=self._today(),
            earlier=_other(day, view, -1),
            later=_other(day, view, 1),
            events=self._on(days),
            chosen=self._chosen(asked.get("calendar"), asked.get("event")),
            calendars=[one for one in self._account.calendars.values() if not one.gone],
            hours=range(_FIRST_HOUR, _LAST_HOUR),
            pixels=_PIXELS,
            palette=COLOURS,
        )
        return HTMLResponse(text)

    async def act(self, request: Request) -> Response:
        """Do what a form of the page asks for, and show the page again."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        try:
            self._do(request.path_params["act"], form)
        except (GoogleRefusal, KeyError, ValueError) as error:
            return PlainTextResponse(f"This cannot be done: {error}", 400)
        back = urlencode({name: form[name] for name in ("view", "day") if form.get(name)})
        return RedirectResponse(f"/?{back}", 303)

    def _do(self, act: str, form: dict[str, str]) -> None:
        account, calendar = self._account, self._account.calendar(form["calendar"])
        if act not in ACTS:
            message = f"there is no {act}"
            raise KeyError(message)
        ACTS[act](account, calendar, form)

    def _today(self) -> date:
        return self._account.clock.now().astimezone(ZoneInfo(self._account.zone)).date()

    def _on(self, days: list[date]) -> dict[date, list[DrawnEvent]]:
        """Return what happens on each day, whole days first, then by the hour."""
        found: dict[date, list[DrawnEvent]] = {day: [] for day in days}
        for calendar in self._account.calendars.values():
            if calendar.gone:
                continue
            for event in self._account.expanded(calendar):
                if not event.gone:
                    self._spread(found, calendar, event)
        return {day: side_by_side(shown) for day, shown in found.items()}

    def _spread(self, found: dict[date, list[DrawnEvent]], calendar: GoogleCalendar, event: GoogleEvent) -> None:
        start = event.start.instant(calendar.zone).astimezone(ZoneInfo(self._account.zone))
        first, last = acts.first_day(event, calendar), event.end.day
        whole = event.start.day is not None
        days = (last - first).days if whole and last else 1
        for n in range(days):
            day = first + timedelta(days=n)
            if day in found:
                found[day].append(self._drawn(calendar, event, start))

    def _drawn(self, calendar: GoogleCalendar, event: GoogleEvent, start: datetime) -> DrawnEvent:
        length = event.end.instant(calendar.zone) - event.start.instant(calendar.zone)
        hours = start.hour + start.minute / 60 - _FIRST_HOUR
        whole = event.start.day is not None
        kind = "busy" if event.fields.get("transparency") != "transparent" else "free"
        if event.declined:
            kind = "declined"
        colour = str(event.fields.get("colorId"))
        done = "done" if ticked(event) else ""
        return DrawnEvent(
            id=event.id,
            calendar=calendar.id,
            title=str(event.fields.get("summary") or "(No title)"),
            hour="" if whole else f"{start:%H:%M}",
            kind=f"{kind} {'own' if calendar.primary else 'made'} {event.status} {done}".strip(),
            colour=colour if colour in COLOURS else "",
            top=max(0, int(hours * _PIXELS)),
            height=max(16, int(length.total_seconds() / 3600 * _PIXELS) - 2),
        )

    def _chosen(self, calendar: str | None, event: str | None) -> dict[str, Any] | None:
        if not calendar or not event:
            return None
        try:
            within = self._account.calendar(calendar)
            it = self._account.event(within, event)
        except GoogleRefusal:
            return None
        if it.gone:
            return None
        span = it.end.instant(within.zone) - it.start.instant(within.zone)
        at = it.start.instant(within.zone).astimezone(ZoneInfo(within.zone))
        return {
            "event": it,
            "calendar": within,
            "day": acts.first_day(it, within),
            "time": "" if it.start.day else f"{at:%H:%M}",
            "minutes": int(span.total_seconds() // 60),
            "ticked": ticked(it),
        }


def side_by_side(shown: list[DrawnEvent]) -> list[DrawnEvent]:
    """Return a day's events in order, those that overlap beside each other."""
    placed: list[DrawnEvent] = []
    group: list[DrawnEvent] = []
    until = 0
    for one in sorted(shown, key=lambda one: (one.hour, one.title)):
        if not one.hour:
            placed.append(one)
            continue
        if one.top >= until:
            placed += _lanes(group)
            group = []
        group.append(one)
        until = max(until if len(group) > 1 else 0, one.top + one.height)
    return placed + _lanes(group)


def _lanes(group: list[DrawnEvent]) -> list[DrawnEvent]:
    ends: list[int] = []
    lanes: list[int] = []
    for one in group:
        free = [lane for lane, end in enumerate(ends) if end <= one.top]
        lane = free[0] if free else len(ends)
        ends[lane : lane + 1] = [one.top + one.height]
        lanes.append(lane)
    width = 100 / max(1, len(ends))
    return [
        replace(one, left=round(lane * width, 2), width=round(width, 2))
        for one, lane in zip(group, lanes, strict=True)
    ]


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise


def _week(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def _month(day: date) -> list[date]:
    first = day.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(days=n) for n in range(42)]


def _other(day: date, view: str, step: int) -> date:
    if view == "week":
        return day + timedelta(days=7 * step)
    return (day.replace(day=1) + timedelta(days=-1 if step < 0 else 32)).replace(day=1)
