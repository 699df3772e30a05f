"""``syncd schedule``: the coming blocks, what does not fit, what waits for a word."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from syncd.app import App
from syncd.cli.lookup import ShortIds, no_tools, read_day_option
from syncd.cli.outlook import (
    COUNTED,
    WEEK,
    Outlook,
    WeekLoad,
    misfits,
    monday_of,
    outlook,
    planning_notes,
    start_day,
)
from syncd.cli.output import Json, Speech, Words, add_row, clock, day, local, moment_json, table
from syncd.cli.session import Session
from syncd.engine.blocks.planner_state import KnownBusy, proposal
from syncd.model.entities import Block
from syncd.model.rules.blocks import AHEAD, is_over, length
from syncd.model.values import BlockState
from syncd.text import count, duration, one_line

_TIMES_WIDTH = 11
_COLUMN_GAP = 2
_TITLE_SHARE = 0.62
"""How much of what is left of the width is for titles; the rest is for goals."""


def mark(block: Block, now: datetime) -> str:
    """Return a word on a block that is not just planned."""
    if block.state in AHEAD and block.state is not BlockState.DRAFT and is_over(block, now):
        return str(BlockState.UNCONFIRMED)
    if block.state in AHEAD and block.start is not None and block.start.at <= now:
        return "now"
    return "" if block.state is BlockState.PUBLISHED else str(block.state)


def times(block: Block, zone: str) -> str:
    """Return from when to when a block lasts."""
    if block.start is None or block.end is None:
        return ""
    return f"{clock(block.start.at, zone)}-{clock(block.end.at, zone)}"


def when(block: Block, zone: str, now: datetime) -> str:
    """Return a block's day and times."""
    return f"{day(start_day(block, zone), zone, now)} {times(block, zone)}"


@dataclass
class Agenda:
    """Shows an outlook's weeks."""

    speech: Speech
    app: App
    outlook: Outlook
    _words: Words = field(init=False)
    _ids: ShortIds = field(init=False)

    def __post_init__(self) -> None:
        self._words = Words(self.app.store, self.outlook.zone)
        self._ids = ShortIds(self.app.store.plan.ids())
        self._words.learn(block.goal for block in self.outlook.blocks if block.goal)
        self._words.learn(goal for week in self.outlook.weeks for goal, _, _ in week.goals)

    def weeks(self) -> None:
        """Show all weeks."""
        widths = self._widths()
        for week in self.outlook.weeks:
            inside = [
                block
                for block in self.outlook.blocks
                if week.monday <= start_day(block, self.outlook.zone) < week.monday + WEEK
            ]
            self.speech.line(self._heading(week), style="bold")
            for date_shown, blocks in groupby(
                inside, lambda block: start_day(block, self.outlook.zone)
            ):
                self._day(date_shown, list(blocks), widths)
            if week.minutes:
                self._goals(week)
            self.speech.line()

    def _heading(self, week: WeekLoad) -> str:
        preferences, now = self.outlook.preferences, self.outlook.now
        near = monday_of(self.outlook.today)
        names = {near: "This week", near + WEEK: "Next week"}
        first = day(week.monday, preferences.zone, now)
        last = day(week.monday + timedelta(days=6), preferences.zone, now)
        load = f"{duration(week.minutes)} of {duration(preferences.weekly)}"
        load = load if week.minutes else "nothing planned"
        room = self.outlook.rooms.get(week.monday)
        if room is not None and room < preferences.weekly:
            share = f"{preferences.share:.0%}".replace("%", " %")
            load += f"; room for {duration(room)} ({share} of your free hours)"
        name = f"{names[week.monday]}, " if week.monday in names else ""
        return f"{name}{first} to {last}: {load}"

    def _day(self, start_day: date, blocks: list[Block], widths: dict[str, int]) -> None:
        view = self.outlook
        counted = [block for block in blocks if block.state in COUNTED]
        self.speech.line(f"{day(start_day, view.zone, view.now)}, {total(counted)}", indent=2)
        shown = _day_table(widths)
        for block in blocks:
            goal = self._words.title(block.goal) if block.goal else ""
            add_row(
                shown,
                "",
                times(block, view.zone),
                block.title or "(without a title)",
                Text(one_line(goal), style="dim"),
                mark(block, view.now),
                Text(self._ids.of(block.id), style="dim"),
            )
        self.speech.show(shown)

    def _goals(self, week: WeekLoad) -> None:
        shown = table("", "Minutes", "Goal", header=False, narrow=("Minutes",))
        shown.columns[0].width = 2
        for goal, minutes, budget in week.goals:
            of = f" of {duration(budget)}" if budget else ""
            add_row(shown, "", f"{duration(minutes)}{of}", self._words.title(goal))
        if week.goals:
            self.speech.line("By goal", indent=2)
            self.speech.show(shown)

    def _widths(self) -> dict[str, int]:
        """Return the widths of the columns, the same for all days."""
        blocks, now = self.outlook.blocks, self.outlook.now
        marks = max((len(mark(block, now)) for block in blocks), default=0)
        ids = max((len(self._ids.of(block.id)) for block in blocks), default=0)
        taken = [2, _TIMES_WIDTH, marks, ids]
        rest = self.speech.out.width - sum(taken) - _COLUMN_GAP * 5
        title = max(10, int(rest * _TITLE_SHARE))
        goal = max(6, rest - title)
        return {
            "": 2,
            "When": _TIMES_WIDTH,
            "Title": title,
            "Goal": goal,
            "Mark": marks,
            "Id": ids,
        }


def _day_table(widths: dict[str, int]) -> Table:
    grid = table(*widths, header=False, narrow=("When", "Goal", "Mark", "Id"))
    for column, (name, width) in zip(grid.columns, widths.items(), strict=True):
        column.width = width
        if name == "Goal":
            column.overflow = "ellipsis"
    return grid


def total(blocks: Iterable[Block]) -> str:
    """Return how long blocks last together."""
    return duration(sum(map(length, blocks)))


OLD = timedelta(days=1)
"""Busy time that was read longer ago than this is not to be relied on."""
MOST_WEEKS = 60


def schedule(  # noqa: PLR0913  # the options of a command
    ctx: typer.Context,
    *,
    weeks: Annotated[
        int, typer.Option(metavar="N", min=1, max=60, help="How many weeks to show.")
    ] = 2,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="From this day on, such as +7d."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what planning all anew would change.")
    ] = False,
    replan: Annotated[
        bool, typer.Option("--replan", help="Show that, and have the next sync do it.")
    ] = False,
    json: Json = False,
) -> int:
    """Show the coming blocks, and what does not fit and why."""
    if dry_run or replan:
        from syncd.cli.replan import replan_all  # the planner takes its time to import

        return replan_all(ctx.obj, ask=replan and not dry_run, as_json=json)
    return show_schedule(ctx.obj, first, weeks, as_json=json)


def show_schedule(session: Session, first: str | None, weeks: int, *, as_json: bool) -> int:
    """Show the blocks of some weeks, and all that a person should know besides."""
    with session.app() as app:
        day_one = read_day_option(app, first, "--from") if first else None
        seen = outlook(app, day_one, weeks)
        if as_json:
            session.speech.json(_schedule_json(app, seen))
            return 0
        _show_schedule(session.speech, app, seen)
        return 0


def _show_schedule(speech: Speech, app: App, seen: Outlook) -> None:
    if seen.blocks:
        Agenda(speech, app, seen).weeks()
        if any(block.state is BlockState.DRAFT for block in seen.blocks):
            days = count(seen.preferences.publish_days, "day")
            speech.line(f"A draft is not in the calendar yet: only the next {days} are.")
            speech.line()
    else:
        speech.line(why_empty(app, seen))
        speech.line()
    _show_waiting(speech, app, seen)
    _show_misfits(speech, app, seen)
    for first, last in seen.pauses:
        span = f"{day(first, seen.zone, seen.now)} to {day(last, seen.zone, seen.now)}"
        speech.line(f"You are away from {span}; `syncd resume` ends it.")
    for sentence in (*proposal_sentences(app), *busy_sentences(seen)):
        speech.line(sentence)
    if seen.stale and seen.busy is not None and not seen.busy.unreadable:
        speech.note("Something changed since this was planned: the next sync plans again.")


def why_empty(app: App, seen: Outlook) -> str:
    """Say why there is no block, and what to do."""
    if not app.enabled():
        return no_tools(app)
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


def proposal_sentences(app: App) -> list[str]:
    """Say what planning everything anew would change, in a week in which that is anything."""
    changes = proposal(app.plan_context())
    if changes is None:
        return []
    counts = ((changes.moved, "move"), (changes.placed, "add"), (changes.dropped, "remove"))
    would = ", ".join(f"{verb} {count(number, 'block')}" for number, verb in counts if number)
    return [
        f"Planning everything anew would {would}: `syncd schedule --dry-run` shows it,"
        " `syncd schedule --replan` does it."
    ]


def busy_sentences(seen: Outlook) -> list[str]:
    """Say which calendars were gone by, and when they were read."""
    busy = seen.busy
    if busy is None:
        return []
    sentences = list(busy.unreadable)
    if busy.unreadable:
        sentences.append("Until that is mended nothing new is planned.")
    if not busy.calendars and not busy.unreadable:
        sentences.append(
            "No calendar is read for busy time, so blocks may lie on your appointments: set"
            " `busy_calendars`."
        )
    elif busy.calendars:
        names = ", ".join(busy.calendars)
        sentences.append(f"Busy time is that of {names}, read {local(busy.at, seen.zone)}.")
    return [*sentences, *_stale_busy(busy, seen.now)]


def _stale_busy(busy: KnownBusy, now: datetime) -> list[str]:
    if now - busy.at < OLD:
        return []
    days = count((now - busy.at).days, "day")
    return [f"That was {days} ago, and much may have changed: run `syncd sync`."]


def _show_waiting(speech: Speech, app: App, seen: Outlook) -> None:
    if not seen.waiting:
        return
    ids = ShortIds(app.store.plan.ids())
    speech.line("Waiting for a word", style="bold")
    shown = table("", "When", "Title", "Id", header=False, narrow=("When", "Id"))
    for block in seen.waiting:
        add_row(shown, "", when(block, seen.zone, seen.now), block.title, ids.of(block.id))
    speech.show(shown)
    settles = "; after a day they count as done" if seen.preferences.assume_done else ""
    speech.line(f"Say `syncd done ID` or `syncd missed ID`{settles}.", indent=2)
    speech.line()


def _show_misfits(speech: Speech, app: App, seen: Outlook) -> None:
    sentences = [misfit.sentence for misfit in misfits(app, seen.wishes)]
    sentences += planning_notes(app)
    if not sentences:
        return
    speech.line("What does not fit", style="bold")
    for sentence in sentences:
        speech.line(f"- {sentence}", indent=2)
    speech.line()


def _schedule_json(app: App, seen: Outlook) -> dict[str, Any]:
    words = Words(app.store, seen.zone)
    busy = seen.busy
    return {
        "zone": seen.zone,
        "from": seen.window.first.isoformat(),
        "weeks": [_week_json(seen, words, week) for week in seen.weeks],
        "blocks": [block_json(block, words) for block in seen.blocks],
        "waiting": [block_json(block, words) for block in seen.waiting],
        "does_not_fit": [misfit.as_json() for misfit in misfits(app, seen.wishes)],
        "notes": list(planning_notes(app)),
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
        "proposal": next(iter(proposal_sentences(app)), None),
        "stale": seen.stale,
        "why_nothing": None if seen.blocks else why_empty(app, seen),
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
