"""Which tool plays which part in the demonstration; found by what each is home to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast as taken_for

from syncd.engine.tool import Tool
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.testing.sandbox import CalendarUser, Served, UserDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A tool, and a person who uses it by hand."""

    title: str
    tool: Tool
    person: UserDriver
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """pages: where goals are written. todos: where tasks are ticked. calendar: where
    milestones have their day and blocks their time; diary: the person's own one there."""

    pages: Player
    todos: Player
    calendar: Player
    diary: CalendarUser

    def players(self) -> tuple[Player, Player, Player]:
        """Return all three."""
        return (self.pages, self.calendar, self.todos)


def cast(tools: Mapping[ToolName, Tool], served: Mapping[str, Served]) -> Cast:
    """Give each part to the tool that is home to it."""
    players = [
        Player(
            title=tool.title,
            tool=tool,
            person=served[name].sandbox.person,
            origin=served[name].origin,
        )
        for name, tool in tools.items()
    ]

    def home(kind: Kind, field: str) -> Player:
        return next(
            one
            for one in players
            if kind in one.tool.connector.carries
            and field in one.tool.connector.carries[kind].home
        )

    calendar = home(Kind.BLOCK, "start")
    return Cast(
        pages=home(Kind.GOAL, "title"),
        todos=home(Kind.TASK, "done"),
        calendar=calendar,
        diary=taken_for("CalendarUser", calendar.person),  # the persons of calendars have one
    )
