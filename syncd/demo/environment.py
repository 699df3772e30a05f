"""What the demonstration runs on: three sandboxes, an SMTP sink, and a syncd that knows them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from syncd.app import App, open_app
from syncd.clock import Clock
from syncd.connect.registry import sandboxes
from syncd.demo.smtp_sink import SmtpSink
from syncd.demo.week import DemoClock, SampleWeek, sample_week
from syncd.engine.cycle import Engine
from syncd.engine.tool import Tool
from syncd.errors import Mistake
from syncd.model.entities import Kind
from syncd.model.ids import ToolName
from syncd.private import write
from syncd.settings.messages import document
from syncd.testing.sandbox import CalendarUser, Served, UserDriver

STATE = "state"
MAIL = "mail"
ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTool:
    """A tool of the demonstration, its user, and the address of its page."""

    title: str
    tool: Tool
    user: UserDriver
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTools:
    """The tools by what they are used for.

    pages: where goals are written. todos: where tasks are ticked. calendar: where
    milestones have their day and blocks their time; calendar_user: who uses it.
    """

    pages: DemoTool
    todos: DemoTool
    calendar: DemoTool
    calendar_user: CalendarUser

    def all(self) -> tuple[DemoTool, DemoTool, DemoTool]:
        """Return all three."""
        return (self.pages, self.calendar, self.todos)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a demonstration is played with; ``week`` is the one that it plays."""

    folder: Path
    clock: DemoClock
    week: SampleWeek
    app: App
    engine: Engine
    tools: DemoTools
    sink: SmtpSink

    @property
    def config(self) -> Path:
        """Return the settings file."""
        return _config(self.folder)


@contextmanager
def demo_environment(
    folder: Path, real: Clock, environ: Mapping[str, str]
) -> Iterator[Environment]:
    """Set everything up below a folder, on the evening before the week; then end it."""
    if (folder / STATE).exists():
        raise Mistake(
            f"{folder} holds an earlier demonstration: name another folder, or remove it."
        )
    week, clock = sample_week(real.now(), ZONE), DemoClock(real)
    clock.start(week.begins)
    with ExitStack() as ends:
        sink = SmtpSink(folder / MAIL)
        ends.callback(sink.close)
        served = _serve(folder, clock, ends)
        write(_config(folder), document(_settings(folder, week, sink.port, served)))
        app = open_app(_config(folder), _without_settings(environ), clock)
        ends.callback(app.close)
        engine = app.engine()
        ends.callback(engine.close)
        engine.build()
        yield Environment(
            folder=folder,
            clock=clock,
            week=week,
            app=app,
            engine=engine,
            tools=demo_tools(engine.context.tools, served),
            sink=sink,
        )


def demo_tools(tools: Mapping[ToolName, Tool], served: Mapping[str, Served]) -> DemoTools:
    """Return the tools by what they are used for: each kind of thing has a home."""
    candidates = [
        DemoTool(
            title=tool.title,
            tool=tool,
            user=served[name].sandbox.person,
            origin=served[name].origin,
        )
        for name, tool in tools.items()
    ]

    def home(kind: Kind, field: str) -> DemoTool:
        return next(
            candidate
            for candidate in candidates
            if kind in candidate.tool.connector.capabilities
            and field in candidate.tool.connector.capabilities[kind].home
        )

    calendar = home(Kind.BLOCK, "start")
    return DemoTools(
        pages=home(Kind.GOAL, "title"),
        todos=home(Kind.TASK, "done"),
        calendar=calendar,
        calendar_user=cast("CalendarUser", calendar.user),  # a calendar's user is one
    )


def _without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The demonstration has settings of its own: the person's must not mix in."""
    return {name: value for name, value in environ.items() if not name.startswith("SYNCD_")}


def _serve(folder: Path, clock: Clock, ends: ExitStack) -> dict[str, Served]:
    makers, served = sandboxes(), {}
    for name in makers.names():
        served[name] = Served(makers.require(name)(folder, clock))
        ends.callback(served[name].close)
    return served


def _config(folder: Path) -> Path:
    return folder / "syncd.toml"


def _settings(
    folder: Path, week: SampleWeek, port: int, served: Mapping[str, Served]
) -> dict[str, Any]:
    """Return the settings. Only the weekly review is on: a quarter may end in these days."""
    return {
        "state_dir": folder / STATE,
        "plan": {"timezone": ZONE},
        "mail": {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "syncd@example.org",
            "recipients": ["me@example.org"],
        },
        "review": {"weekly": week.setting, "quarterly": "off", "annual": "off"},
        "connectors": {name: server.settings() for name, server in served.items()},
    }
