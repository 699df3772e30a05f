"""Saying things: data to stdout, messages to stderr."""

import sys
from collections.abc import Collection
from functools import cached_property
from typing import IO, Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from syncd.cli.plain import as_json, one_line, printable

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
        for piece in shown.wrap(self.out, self.out.width - indent) or [shown]:
            piece.rstrip()
            self.show(Text(" " * indent).append_text(piece))

    def show(self, what: RenderableType) -> None:
        """Write a table or a tree."""
        self.out.print(what)

    def json(self, data: Any) -> None:
        """Write one JSON document."""
        sys.stdout.write(f"{as_json(data)}\n")

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
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    made.show_header = header
    for heading in headings:
        made.add_column(heading, overflow="fold", no_wrap=heading in narrow)
    return made


def row(made: Table, *cells: Cell) -> None:
    """Add a row; texts are made harmless."""
    made.add_row(*(it if isinstance(it, Text) else Text(one_line(it)) for it in cells))
