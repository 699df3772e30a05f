"""The blocks of some weeks, week by week and day by day, as a person reads them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from rich.table import Table
from rich.text import Text

from syncd.bootstrap import App
from syncd.cli.loads import COUNTED, WEEK, WeekLoad, day_of, monday_of
from syncd.cli.outlook import Outlook
from syncd.text import one_line
from syncd.cli.lookup import ShortIds
from syncd.cli.output import Speech, row, table
from syncd.cli.output import Words, clock, day
from syncd.model.entities import Block
from syncd.model.exchange.markdown import duration
from syncd.model.rules.blocks import AHEAD, is_over, length
from syncd.model.values import BlockState

_WHEN = 11
_BETWEEN = 2
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
    return f"{day(day_of(block, zone), zone, now)} {times(block, zone)}"


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
        self._words.learn(one.goal for one in self.outlook.blocks if one.goal)
        self._words.learn(goal for week in self.outlook.weeks for goal, _, _ in week.goals)

    def weeks(self) -> None:
        """Show all weeks."""
        widths = self._widths()
        for week in self.outlook.weeks:
            inside = [
                one
                for one in self.outlook.blocks
                if week.monday <= day_of(one, self.outlook.zone) < week.monday + WEEK
            ]
            self.speech.line(self._heading(week), style="bold")
            for it, blocks in groupby(inside, lambda one: day_of(one, self.outlook.zone)):
                self._day(it, list(blocks), widths)
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

    def _day(self, it: date, blocks: list[Block], widths: dict[str, int]) -> None:
        said = self.outlook
        counted = [one for one in blocks if one.state in COUNTED]
        self.speech.line(f"{day(it, said.zone, said.now)}, {total(counted)}", indent=2)
        shown = _day_table(widths)
        for one in blocks:
            goal = self._words.title(one.goal) if one.goal else ""
            row(
                shown,
                "",
                times(one, said.zone),
                one.title or "(without a title)",
                Text(one_line(goal), style="dim"),
                mark(one, said.now),
                Text(self._ids.of(one.id), style="dim"),
            )
        self.speech.show(shown)

    def _goals(self, week: WeekLoad) -> None:
        shown = table("", "Minutes", "Goal", header=False, narrow=("Minutes",))
        shown.columns[0].width = 2
        for goal, minutes, budget in week.goals:
            of = f" of {duration(budget)}" if budget else ""
            row(shown, "", f"{duration(minutes)}{of}", self._words.title(goal))
        if week.goals:
            self.speech.line("By goal", indent=2)
            self.speech.show(shown)

    def _widths(self) -> dict[str, int]:
        """Return the widths of the columns, the same for all days."""
        blocks, now = self.outlook.blocks, self.outlook.now
        marks = max((len(mark(one, now)) for one in blocks), default=0)
        ids = max((len(self._ids.of(one.id)) for one in blocks), default=0)
        taken = [2, _WHEN, marks, ids]
        rest = self.speech.out.width - sum(taken) - _BETWEEN * 5
        title = max(10, int(rest * _TITLE_SHARE))
        goal = max(6, rest - title)
        return {"": 2, "When": _WHEN, "Title": title, "Goal": goal, "Mark": marks, "Id": ids}


def _day_table(widths: dict[str, int]) -> Table:
    made = table(*widths, header=False, narrow=("When", "Goal", "Mark", "Id"))
    for column, (name, width) in zip(made.columns, widths.items(), strict=True):
        column.width = width
        if name == "Goal":
            column.overflow = "ellipsis"
    return made


def total(blocks: Iterable[Block]) -> str:
    """Return how long blocks last together."""
    return duration(sum(map(length, blocks)))
