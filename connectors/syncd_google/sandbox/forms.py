"""What each form of the calendar's window does."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from syncd_google.sandbox import acts
from syncd_google.sandbox.person import bare_title, ticked
from syncd_google.sandbox.state import GoogleAccount, GoogleCalendar

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
