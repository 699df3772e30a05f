"""A desk whose evenings were planned, as a cycle does it, by a clock that can be set."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.app import App, open_app
from syncd.cli.session import Session
from syncd.clock import SystemClock
from syncd.engine.blocks import planner_state
from syncd.engine.blocks.edits import live_blocks
from syncd.engine.blocks.planner_state import BusyReading
from syncd.engine.blocks.planning import Planning
from syncd.model.entities import Block
from syncd.model.ids import ToolName
from syncd.schedule.problem import Span, minute_of
from tests.cli.desks import Desk
from tests.planning import searching_less

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 23, 12, 0, tzinfo=ZONE)
"""Six days before the clocks go forward."""
TOOL = ToolName("google")
PLAN = """
goals:
  - {title: Lead a team, status: active, due: 2027-06-30, weekly minutes: 180, why: To shape}
  - {title: Speak in public, status: active, due: 2027-06-30}
tasks:
  - {title: Read the book, goal: Lead a team, estimate: 150}
  - {title: Ask for feedback, goal: Lead a team, estimate: 45, due: 2026-03-27}
  - {title: Write an outline, goal: Speak in public, estimate: 60}
"""
SETTINGS = """
state_dir = "{state}"
[plan]
timezone = "Europe/Berlin"
[connectors.google]
token_file = "{state}/none.json"
"""


class Watch(SystemClock):
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        super().__init__()
        self.at = MONDAY

    def now(self) -> datetime:
        return self.at.astimezone(UTC)


@dataclass
class Evenings(Desk):
    """busy: what is in the calendar. calendars, unreadable: what a tool tells of reading."""

    clock: Watch = field(default_factory=Watch)
    busy: list[Span] = field(default_factory=list)
    calendars: tuple[str, ...] = ("primary",)
    unreadable: tuple[str, ...] = ()

    def write(self, text: str = "") -> None:
        """Write the settings."""
        self.config.touch(mode=0o600)
        whole = SETTINGS.format(state=self.state) + text
        self.config.write_text(whole, encoding="utf-8")

    def session(self) -> Session:
        return Session(environ={"HOME": str(self.place)}, clock=self.clock)

    def app(self) -> App:
        return open_app(self.config, {"HOME": str(self.place)}, self.clock)

    def plan_blocks(self) -> None:
        """Read busy time and plan, as the end of a cycle does."""
        app = self.app()
        try:
            context, now = app.plan_context(), self.clock.now()
            assert context.preferences is not None
            readings = [
                BusyReading(
                    window=one,
                    spans=tuple(self.busy),
                    calendars=self.calendars,
                    unreadable=self.unreadable,
                    problems=(),
                )
                for one in planner_state.windows(
                    context.preferences, app.store, TOOL, self.clock
                )
            ]
            planner_state.keep(app.store, TOOL, readings, now)
            with searching_less():
                Planning(context, (TOOL,)).run(fresh=True)
        finally:
            app.close()

    def meet(self, start: datetime, minutes: int) -> None:
        """Put something into the calendar."""
        first = minute_of(start)
        self.busy.append(Span(first, first + minutes))

    def blocks(self, title: str = "") -> list[Block]:
        """Return the live blocks (of this title), in order of time."""
        app = self.app()
        try:
            found = live_blocks(app.plan_context())
        finally:
            app.close()
        return [one for one in found if title in ("", one.title)]

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.at = (self.clock.now() + timedelta(**span)).astimezone(ZONE)

    def after(self, block: Block) -> None:
        """Let time pass until just after a block."""
        assert block.end is not None
        self.clock.at = (block.end.at + timedelta(minutes=5)).astimezone(ZONE)

    def told(self, *words: str) -> Any:
        """Return what a command tells programs."""
        said = self.syncd(*words, "--json")
        assert said.status == 0, said.err
        return said.json


def start_of(block: Block) -> datetime:
    """Return when a block begins, by the wall clock."""
    assert block.start is not None
    return block.start.at.astimezone(ZONE)
