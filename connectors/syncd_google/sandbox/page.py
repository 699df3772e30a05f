"""The calendar's own window: a week or a month, to look at and to edit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from syncd_google.sandbox import acts
from syncd_google.sandbox.account import GoogleAccount
from syncd_google.sandbox.model import GoogleCalendar, GoogleEvent
from syncd_google.sandbox.refusals import GoogleRefusal
from syncd_google.sandbox.render import COLOURS
from syncd_google.sandbox.user import bare_title, ticked

Form = dict[str, str]


def _add(account: GoogleAccount, calendar: GoogleCalendar, form: Form) -> None:
    if form.get("time"):
        start = datetime.fromisoformat(f"{form['date']}T{form['time']}")
        acts.add_meeting(account, calendar, form["title"], start, int(form["minutes"]))
    else:
        acts.add_day(account, calendar, form["title"], date.fromisoformat(form["date"]))


def _move(account: GoogleAccount, calendar: GoogleCalendar, form: Form) -> None:
    if form.get("time"):
        start = datetime.fromisoformat(f"{form['date']}T{form['time']}")
        acts.drag(account, calendar, form["event"], start)
    else:
        acts.move(account, calendar, form["event"], date.fromisoformat(form["date"]))


def _resize(account: GoogleAccount, calendar: GoogleCalendar, form: Form) -> None:
    start = account.event(calendar, form["event"]).start.instant(calendar.zone)
    end = start + timedelta(minutes=int(form["minutes"]))
    acts.resize(account, calendar, form["event"], end)


def _tick(account: GoogleAccount, calendar: GoogleCalendar, form: Form) -> None:
    event = account.event(calendar, form["event"])
    text = bare_title(event) if ticked(event) else f"✓ {bare_title(event)}"
    acts.rename(account, calendar, form["event"], text)


ACTS: dict[str, Callable[[GoogleAccount, GoogleCalendar, Form], None]] = {
    "add": _add,
    "move": _move,
    "resize": _resize,
    "tick": _tick,
    "rename": lambda account, calendar, form: acts.rename(
        account, calendar, form["event"], form["title"]
    ),
    "delete": lambda account, calendar, form: acts.delete(account, calendar, form["event"]),
}


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
            calendars=[
                calendar for calendar in self._account.calendars.values() if not calendar.gone
            ],
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
        by_day: dict[date, list[DrawnEvent]] = {day: [] for day in days}
        for calendar in self._account.calendars.values():
            if calendar.gone:
                continue
            for event in self._account.expanded(calendar):
                if not event.gone:
                    self._spread(by_day, calendar, event)
        return {day: side_by_side(shown) for day, shown in by_day.items()}

    def _spread(
        self, by_day: dict[date, list[DrawnEvent]], calendar: GoogleCalendar, event: GoogleEvent
    ) -> None:
        start = event.start.instant(calendar.zone).astimezone(ZoneInfo(self._account.zone))
        first, last = acts.first_day(event, calendar), event.end.day
        whole = event.start.day is not None
        days = (last - first).days if whole and last else 1
        for n in range(days):
            day = first + timedelta(days=n)
            if day in by_day:
                by_day[day].append(self._drawn(calendar, event, start))

    def _drawn(
        self, calendar: GoogleCalendar, event: GoogleEvent, start: datetime
    ) -> DrawnEvent:
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
            chosen = self._account.event(within, event)
        except GoogleRefusal:
            return None
        if chosen.gone:
            return None
        start = chosen.start.instant(within.zone)
        length = chosen.end.instant(within.zone) - start
        return {
            "event": chosen,
            "calendar": within,
            "day": acts.first_day(chosen, within),
            "time": ""
            if chosen.start.day
            else f"{start.astimezone(ZoneInfo(within.zone)):%H:%M}",
            "minutes": int(length.total_seconds() // 60),
            "ticked": ticked(chosen),
        }


def side_by_side(shown: list[DrawnEvent]) -> list[DrawnEvent]:
    """Return a day's events in order, those that overlap beside each other."""
    placed: list[DrawnEvent] = []
    group: list[DrawnEvent] = []
    until = 0
    for drawn in sorted(shown, key=lambda drawn: (drawn.hour, drawn.title)):
        if not drawn.hour:
            placed.append(drawn)
            continue
        if drawn.top >= until:
            placed += _lanes(group)
            group = []
        group.append(drawn)
        until = max(until if len(group) > 1 else 0, drawn.top + drawn.height)
    return placed + _lanes(group)


def _lanes(group: list[DrawnEvent]) -> list[DrawnEvent]:
    ends: list[int] = []
    lanes: list[int] = []
    for drawn in group:
        free = [lane for lane, end in enumerate(ends) if end <= drawn.top]
        lane = free[0] if free else len(ends)
        ends[lane : lane + 1] = [drawn.top + drawn.height]
        lanes.append(lane)
    width = 100 / max(1, len(ends))
    return [
        replace(drawn, left=round(lane * width, 2), width=round(width, 2))
        for drawn, lane in zip(group, lanes, strict=True)
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
