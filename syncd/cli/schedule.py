"""``syncd schedule``: the coming blocks, what does not fit, what waits for a word."""

from datetime import datetime, timedelta
from typing import Any

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.agenda import Agenda, when
from syncd.cli.lookup import day_given
from syncd.cli.loads import WeekLoad
from syncd.cli.misfits import misfits, notes
from syncd.cli.outlook import Outlook, outlook
from syncd.cli.session import Session
from syncd.cli.lookup import ShortIds
from syncd.cli.output import Speech, row, table
from syncd.cli.output import Words, count, day, local, moment_json
from syncd.engine.blocks.busytime import Known
from syncd.engine.blocks.proposal import proposal
from syncd.model.entities import Block
from syncd.model.rules.blocks import length
from syncd.model.values import BlockState

OLD = timedelta(days=1)
"""Busy time that was read longer ago than this is not to be relied on."""
MOST_WEEKS = 60


def schedule(session: Session, first: str | None, weeks: int, *, as_json: bool) -> int:
    """Show the blocks of some weeks, and all that a person should know besides."""
    with session.app() as app:
        day_one = day_given(app, first, "--from") if first else None
        seen = outlook(app, day_one, weeks)
        if as_json:
            session.speech.json(_as_json(app, seen))
            return 0
        _show(session.speech, app, seen)
        return 0


def _show(speech: Speech, app: App, seen: Outlook) -> None:
    if seen.blocks:
        Agenda(speech, app, seen).weeks()
        if any(one.state is BlockState.DRAFT for one in seen.blocks):
            days = count(seen.preferences.publish_days, "day")
            speech.line(f"A draft is not in the calendar yet: only the next {days} are.")
            speech.line()
    else:
        speech.line(nothing(app, seen))
        speech.line()
    _waiting(speech, app, seen)
    _misfits(speech, app, seen)
    for first, last in seen.pauses:
        span = f"{day(first, seen.zone, seen.now)} to {day(last, seen.zone, seen.now)}"
        speech.line(f"You are away from {span}; `syncd resume` ends it.")
    for sentence in (*proposed(app), *busy_words(seen)):
        speech.line(sentence)
    if seen.stale and seen.busy is not None and not seen.busy.unreadable:
        speech.note("Something changed since this was planned: the next sync plans again.")


def nothing(app: App, seen: Outlook) -> str:
    """Say why there is no block, and what to do."""
    if not app.enabled():
        return lookup.no_tools(app)
    if seen.following is not None:
        at = day(seen.following, seen.zone, seen.now)
        return f"Nothing is planned in this time; the next block is on {at}: see `--weeks`."
    if any(first <= seen.today <= last for first, last in seen.pauses):
        return "Nothing is planned while you are away."
    if seen.busy is None or seen.stale:
        return "Nothing is planned yet: `syncd sync` reads your calendars, then plans."
    if not seen.wishes.works:
        return "Nothing is planned, for no open task wants time: add tasks with an estimate."
    return (
        "Nothing is planned, though there are tasks: see what does not fit, and your hours"
        " and caps under [schedule] in the settings."
    )


def proposed(app: App) -> list[str]:
    """Say what planning everything anew would change, in a week in which that is anything."""
    found = proposal(app.plan_context())
    if found is None:
        return []
    counts = ((found.moved, "move"), (found.placed, "add"), (found.dropped, "remove"))
    would = ", ".join(f"{verb} {count(number, 'block')}" for number, verb in counts if number)
    return [
        f"Planning everything anew would {would}: `syncd schedule --dry-run` shows it,"
        " `syncd schedule --replan` does it."
    ]


def busy_words(seen: Outlook) -> list[str]:
    """Say which calendars were gone by, and when they were read."""
    busy = seen.busy
    if busy is None:
        return []
    found = list(busy.unreadable)
    if busy.unreadable:
        found.append("Until that is mended nothing new is planned.")
    if not busy.calendars and not busy.unreadable:
        found.append(
            "No calendar is read for busy time, so blocks may lie on your appointments: set"
            " `busy_calendars`."
        )
    elif busy.calendars:
        names = ", ".join(busy.calendars)
        found.append(f"Busy time is that of {names}, read {local(busy.at, seen.zone)}.")
    return [*found, *_old(busy, seen.now)]


def _old(busy: Known, now: datetime) -> list[str]:
    if now - busy.at < OLD:
        return []
    days = count((now - busy.at).days, "day")
    return [f"That was {days} ago, and much may have changed: run `syncd sync`."]


def _waiting(speech: Speech, app: App, seen: Outlook) -> None:
    if not seen.waiting:
        return
    ids = ShortIds(app.store.plan.ids())
    speech.line("Waiting for a word", style="bold")
    shown = table("", "When", "Title", "Id", header=False, narrow=("When", "Id"))
    for one in seen.waiting:
        row(shown, "", when(one, seen.zone, seen.now), one.title, ids.of(one.id))
    speech.show(shown)
    settles = "; after a day they count as done" if seen.preferences.assume_done else ""
    speech.line(f"Say `syncd done ID` or `syncd missed ID`{settles}.", indent=2)
    speech.line()


def _misfits(speech: Speech, app: App, seen: Outlook) -> None:
    found = [one.sentence for one in misfits(app, seen.wishes)]
    found += notes(app)
    if not found:
        return
    speech.line("What does not fit", style="bold")
    for sentence in found:
        speech.line(f"- {sentence}", indent=2)
    speech.line()


def _as_json(app: App, seen: Outlook) -> dict[str, Any]:
    words = Words(app.store, seen.zone)
    busy = seen.busy
    return {
        "zone": seen.zone,
        "from": seen.window.first.isoformat(),
        "weeks": [_week_json(seen, words, one) for one in seen.weeks],
        "blocks": [block_json(one, words) for one in seen.blocks],
        "waiting": [block_json(one, words) for one in seen.waiting],
        "does_not_fit": [one.as_json() for one in misfits(app, seen.wishes)],
        "notes": list(notes(app)),
        "pauses": [
            {"first": first.isoformat(), "last": last.isoformat()}
            for first, last in seen.pauses
        ],
        "busy": None
        if busy is None
        else {
            "read_at": moment_json(busy.at, seen.zone),
            "calendars": list(busy.calendars),
            "unreadable": list(busy.unreadable),
        },
        "proposal": next(iter(proposed(app)), None),
        "stale": seen.stale,
        "why_nothing": None if seen.blocks else nothing(app, seen),
    }


def _week_json(seen: Outlook, words: Words, week: WeekLoad) -> dict[str, Any]:
    return {
        "monday": week.monday.isoformat(),
        "minutes": week.minutes,
        "cap": seen.preferences.weekly,
        "room": seen.rooms.get(week.monday),
        "goals": [
            {
                "goal": goal,
                "title": words.title(goal),
                "minutes": minutes,
                "budget": budget or None,
            }
            for goal, minutes, budget in week.goals
        ],
    }


def block_json(block: Block, words: Words) -> dict[str, Any]:
    """Return a block for programs."""
    return {
        "id": block.id,
        "title": block.title,
        "task": block.task,
        "goal": block.goal,
        "goal_title": words.title(block.goal) if block.goal else None,
        "start": moment_json(block.start.at if block.start else None, words.zone),
        "end": moment_json(block.end.at if block.end else None, words.zone),
        "minutes": length(block),
        "state": block.state,
        "why": block.notes,
    }
