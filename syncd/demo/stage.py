"""The demonstration's stage: three sandboxes, a mail sink, and a syncd that knows them."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from syncd.clock import Clock
from syncd.connect.registry import sandboxes
from syncd.demo.cast import Cast, cast
from syncd.demo.clock import DemoClock
from syncd.demo.post import Poster
from syncd.demo.sink import MailSink
from syncd.demo.week import SampleWeek, sample_week
from syncd.engine.context import Context
from syncd.engine.cycle import Engine
from syncd.errors import Mistake
from syncd.private import write
from syncd.testing.sandbox import Served

STATE = "state"
MAIL = "mail"
ZONE = "Europe/Berlin"


class Session(Poster, Protocol):
    """A syncd put together from a settings file."""

    def plan_context(self) -> Context:
        """Return a context for changing the plan."""
        ...

    def engine(self) -> Engine:
        """Return an engine that reads and writes."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


Open = Callable[[Path, Clock], Session]
"""Opens what a settings file says, with a clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a demonstration is played with; ``week`` is the one that it plays."""

    place: Path
    clock: DemoClock
    week: SampleWeek
    session: Session
    engine: Engine
    cast: Cast
    sink: MailSink

    @property
    def config(self) -> Path:
        """Return the settings file."""
        return _config(self.place)


@contextmanager
def stage(place: Path, real: Clock, open_session: Open) -> Iterator[Stage]:
    """Set everything up below a folder, on the evening before the week; then end it."""
    if (place / STATE).exists():
        raise Mistake(
            f"{place} holds an earlier demonstration: name another folder, or remove it."
        )
    week, clock = sample_week(real.now(), ZONE), DemoClock(real)
    clock.start(week.begins)
    with ExitStack() as ends:
        sink = MailSink(place / MAIL)
        ends.callback(sink.close)
        served = _serve(place, clock, ends)
        _write(_config(place), _settings(place, week, sink.port, served))
        session = open_session(_config(place), clock)
        ends.callback(session.close)
        engine = session.engine()
        ends.callback(engine.close)
        engine.build()
        yield Stage(
            place=place,
            clock=clock,
            week=week,
            session=session,
            engine=engine,
            cast=cast(engine.context.tools, served),
            sink=sink,
        )


def _serve(place: Path, clock: Clock, ends: ExitStack) -> dict[str, Served]:
    makers, served = sandboxes(), {}
    for name in makers.names():
        served[name] = Served(makers.require(name)(place, clock))
        ends.callback(served[name].close)
    return served


def _config(place: Path) -> Path:
    return place / "syncd.toml"


def _settings(
    place: Path, week: SampleWeek, port: int, served: Mapping[str, Served]
) -> dict[str, dict[str, Any]]:
    """Return the tables of the settings; the one without a name comes first.

    Only the weekly review is on: a quarter may well end in the days that are played.
    """
    tables: dict[str, dict[str, Any]] = {
        "": {"state_dir": place / STATE},
        "plan": {"timezone": ZONE},
        "mail": {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "syncd@example.org",
            "recipients": ["me@example.org"],
        },
        "review": {"weekly": week.setting, "quarterly": "off", "annual": "off"},
    }
    return tables | {f"connectors.{name}": one.settings() for name, one in served.items()}


def _write(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    lines = []
    for name, table in tables.items():
        lines += [f"[{name}]"] if name else []
        lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
    write(path, "\n".join(lines) + "\n")


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{json.dumps(str(key))} = {_toml(it)}" for key, it in value.items())
        return f"{{ {pairs} }}"
    return json.dumps(value if isinstance(value, (bool, int, float, list)) else str(value))
