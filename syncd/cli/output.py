"""Saying things: data to stdout, messages to stderr."""

import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import IO, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.model.entities import Kind
from syncd.model.exchange.output import instant_text
from syncd.model.ids import EntityId
from syncd.model.schema import FIELDS
from syncd.model.values import REFERENCES, Moment, Value
from syncd.store.rows import ConflictRow, HistoryRow
from syncd.store.store import Store
from syncd.text import count, json_text, one_line, printable

SPREAD = "The tools hear of it with the next sync"

TITLE = 40
"""Characters of a title in a list."""
NARROW = 80
"""Columns of a terminal below which a record takes more than one line."""
WIDEST = 110
"""Columns that are used at most: longer lines are hard to read."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
"""What commands take that can print JSON."""
Cell = str | Text


class Speech:
    """Writes to this process's stdout and stderr; ``color`` False: no escape codes."""

    def __init__(self, *, color: bool) -> None:
        self._color = color

    @cached_property
    def out(self) -> Console:
        """The console on stdout."""
        return self._console(sys.stdout)

    @cached_property
    def err(self) -> Console:
        """The console on stderr."""
        return self._console(sys.stderr)

    def note(self, sentence: str) -> None:
        """Say a sentence about the command itself."""
        sys.stderr.write(f"{one_line(sentence)}\n")

    def aloud(self, text: str) -> None:
        """Write a text as it is laid out, at once."""
        sys.stdout.write(f"{printable(text)}\n")
        sys.stdout.flush()

    def line(self, text: str = "", style: str = "", *, indent: int = 0) -> None:
        """Write a line of data; long ones are wrapped between words."""
        shown = Text(one_line(text), style=style)
        width = min(self.out.width, WIDEST) - indent
        for piece in shown.wrap(self.out, width) or [shown]:
            piece.rstrip()
            self.show(Text(" " * indent).append_text(piece))

    def show(self, what: RenderableType) -> None:
        """Write a table or a tree."""
        self.out.print(what, width=min(self.out.width, WIDEST))

    @property
    def piped(self) -> bool:
        """Say whether a program reads stdout: then no text is cut."""
        return not sys.stdout.isatty()

    def records(
        self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, brief: int
    ) -> None:
        """Write records: a line each where they are piped, its cells separated by tabs.

        On a terminal they make a table; on a narrow one the first ``brief`` cells stand on a
        line, and under it the others, each with its heading if there are several.
        """
        if self.piped:
            for row in rows:
                self.data("\t".join(map(one_line, row)))
        elif self.out.width < NARROW:
            for row in rows:
                self.line("  ".join(row[:brief]), style="bold")
                for heading, cell in zip(headings[brief:], row[brief:], strict=True):
                    self.line(f"{heading}: {cell}" if len(row) > brief + 1 else cell, indent=2)
        else:
            grid = table(*headings, narrow=headings[:brief])
            for row in rows:
                add_row(grid, *row)
            self.show(grid)

    def json(self, data: Any) -> None:
        """Write one JSON document."""
        sys.stdout.write(f"{json_text(data)}\n")

    def data(self, text: str) -> None:
        """Write a document as it is; harmless where a terminal shows it."""
        shown = printable(text) if sys.stdout.isatty() else text
        sys.stdout.write(shown if shown.endswith("\n") else f"{shown}\n")

    def _console(self, file: IO[str]) -> Console:
        return Console(
            file=file,
            markup=False,
            highlight=False,
            emoji=False,
            color_system="auto" if self._color else None,
        )


def table(*headings: str, narrow: Collection[str] = (), header: bool = True) -> Table:
    """Return a table without lines; the columns that are ``narrow`` are never broken."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    grid.show_header = header
    for heading in headings:
        grid.add_column(heading, overflow="fold", no_wrap=heading in narrow)
    return grid


def add_row(grid: Table, *cells: Cell) -> None:
    """Add a row; texts are made harmless."""
    grid.add_row(*(cell if isinstance(cell, Text) else Text(one_line(cell)) for cell in cells))


LONGEST = 60
"""Characters of one value in a table."""
NOTHING = "nothing"


def kind_word(kind: Kind) -> str:
    """Return what one thing of a kind is called."""
    return "profile entry" if kind is Kind.PROFILE else kind.name.lower()


def field_word(name: str) -> str:
    """Return what a field is called."""
    return name.replace("_", " ")


def local(at: datetime | None, zone: str) -> str:
    """Return a moment to the minute in the plan's zone."""
    if at is None:
        return "an unknown time"
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def day(at: datetime | date, zone: str, now: datetime) -> str:
    """Return a day as "Mon 23 Nov", with its year where that is not this one."""
    local_day = at.astimezone(ZoneInfo(zone)).date() if isinstance(at, datetime) else at
    year = f" {local_day.year}" if local_day.year != now.astimezone(ZoneInfo(zone)).year else ""
    return f"{local_day:%a} {local_day.day} {local_day:%b}{year}"


def clock(at: datetime, zone: str) -> str:
    """Return the time of day in the plan's zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


@dataclass
class Words:
    """Speaks of values; references are told by the titles of what they refer to.

    longest: the characters of one value; 0: all of it.
    """

    store: Store
    zone: str
    longest: int = LONGEST
    _titles: dict[str, str] = field(default_factory=dict)

    def learn(self, ids: Iterable[str]) -> None:
        """Look up many titles at once."""
        missing = [
            EntityId(entity_id) for entity_id in set(ids) if entity_id not in self._titles
        ]
        for record in self.store.plan.many(missing).values():
            self._titles[record.entity.id] = record.entity.title

    def title(self, entity: str) -> str:
        """Return what an entity is called."""
        self.learn([entity])
        if entity not in self._titles:
            return "(not in the plan)"
        return one_line(self._titles.get(entity) or "", self.longest) or "(without a title)"

    def value(self, kind: Kind, name: str, value: Value) -> str:
        """Return a field's value on one short line."""
        spec = FIELDS[kind].get(name)
        refers = spec is not None and spec.type in REFERENCES
        if isinstance(value, frozenset):
            parts = sorted(self.title(part) if refers else part for part in value)
            return one_line(", ".join(parts), self.longest) or NOTHING
        if refers and value:
            return self.title(str(value))
        if name == "progress" and isinstance(value, int | float):
            return f"{value:.0%}"
        return self._single(value)

    def _single(self, value: Value) -> str:
        if value is None or value in ("", ()):
            return NOTHING
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Moment):
            other = value.zone not in (None, self.zone)
            return f"{value.local(self.zone):%Y-%m-%d %H:%M}" + (f" {value.zone}" * other)
        if isinstance(value, tuple):
            return count(sum(bool(text) for _, text in value), "answer")
        if isinstance(value, float):
            return f"{value:g}"
        return one_line(value, self.longest)

    def change(self, row: HistoryRow) -> str:
        """Return what a change did, without whom it did it to."""
        if row.field == "":
            return "added"
        if row.field == "archived":
            return "deleted" if row.after else "brought back"
        before = self.value(row.kind, row.field, row.before)
        after = self.value(row.kind, row.field, row.after)
        if row.field == "occurrence":
            return f"done once: due {before} → {after}"
        return f"{field_word(row.field)}: {before} → {after}"


def moment_json(at: datetime | None, zone: str) -> str | None:
    """Return an instant as ISO 8601 with the offset of the plan's zone."""
    return instant_text(at, zone) if at else None


def conflict_words(words: Words, conflict: ConflictRow) -> str:
    """Return the value that lost, in words."""
    if conflict.field == "archived":
        return "its deletion" if conflict.lost else "its return"
    return words.value(conflict.kind, conflict.field, conflict.lost)
