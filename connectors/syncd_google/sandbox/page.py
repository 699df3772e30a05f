"""The calendar's own window: a week or a month, to look at and to edit."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from syncd_google.sandbox import acts
from syncd_google.sandbox.refusal import Refusal
from syncd_google.sandbox.state import Account, Calendar, Event

_FIRST_HOUR, _LAST_HOUR = 7, 22
_PIXELS = 36  # an hour's height in the week


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One event as the window draws it on one day; times are in pixels."""

    id: str
    calendar: str
    title: str
    hour: str
    kind: str
    top: int
    height: int
    day: date


class Window:
    """The pages of one account."""

    def __init__(self, account: Account) -> None:
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
        )
        return HTMLResponse(text)

    async def act(self, request: Request) -> Response:
        """Do what a form of the page asks for, and show the page again."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        try:
            self._do(request.path_params["act"], form)
        except (Refusal, KeyError, ValueError) as error:
            return PlainTextResponse(f"This cannot be done: {error}", 400)
        back = urlencode({name: form[name] for name in ("view", "day") if form.get(name)})
        return RedirectResponse(f"/?{back}", 303)

    def _do(self, act: str, form: dict[str, str]) -> None:
        account, calendar = self._account, self._account.calendar(form["calendar"])
        if act == "add" and form.get("time"):
            start = datetime.fromisoformat(f"{form['date']}T{form['time']}")
            acts.add_meeting(account, calendar, form["title"], start, int(form["minutes"]))
        elif act == "add":
            acts.add_day(account, calendar, form["title"], date.fromisoformat(form["date"]))
        elif act == "move":
            acts.move(account, calendar, form["event"], date.fromisoformat(form["date"]))
        elif act == "rename":
            acts.rename(account, calendar, form["event"], form["title"])
        elif act == "delete":
            acts.delete(account, calendar, form["event"])
        else:
            message = f"there is no {act}"
            raise KeyError(message)

    def _today(self) -> date:
        return self._account.clock.now().astimezone(ZoneInfo(self._account.zone)).date()

    def _on(self, days: list[date]) -> dict[date, list[Shown]]:
        """Return what happens on each day, whole days first, then by the hour."""
        found: dict[date, list[Shown]] = {day: [] for day in days}
        for calendar in self._account.calendars.values():
            if calendar.gone:
                continue
            for event in self._account.expanded(calendar):
                if not event.gone:
                    self._spread(found, calendar, event)
        for shown in found.values():
            shown.sort(key=lambda one: (one.hour, one.title))
        return found

    def _spread(self, found: dict[date, list[Shown]], calendar: Calendar, event: Event) -> None:
        start = event.start.instant(calendar.zone).astimezone(ZoneInfo(self._account.zone))
        first, last = acts.first_day(event, calendar), event.end.day
        whole = event.start.day is not None
        days = (last - first).days if whole and last else 1
        for n in range(days):
            day = first + timedelta(days=n)
            if day in found:
                found[day].append(self._drawn(calendar, event, start, day))

    def _drawn(self, calendar: Calendar, event: Event, start: datetime, day: date) -> Shown:
        length = event.end.instant(calendar.zone) - event.start.instant(calendar.zone)
        hours = start.hour + start.minute / 60 - _FIRST_HOUR
        whole = event.start.day is not None
        kind = "busy" if event.fields.get("transparency") != "transparent" else "free"
        if event.declined:
            kind = "declined"
        return Shown(
            id=event.id,
            calendar=calendar.id,
            title=str(event.fields.get("summary") or "(No title)"),
            hour="" if whole else f"{start:%H:%M}",
            kind=f"{kind} {'own' if calendar.primary else 'made'} {event.status}",
            top=max(0, int(hours * _PIXELS)),
            height=max(16, int(length.total_seconds() / 3600 * _PIXELS) - 2),
            day=day,
        )

    def _chosen(self, calendar: str | None, event: str | None) -> dict[str, Any] | None:
        if not calendar or not event:
            return None
        try:
            within = self._account.calendar(calendar)
            it = self._account.event(within, event)
        except Refusal:
            return None
        if it.gone:
            return None
        return {"event": it, "calendar": within, "day": acts.first_day(it, within)}


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
