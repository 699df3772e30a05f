"""A harness over a Markdown file: its person edits the text, its faults are those of a disk."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from syncd.connect.contract import Connector
from syncd.model.entities import Kind
from syncd.model.values import Value
from syncd.testing.fake_clock import FakeClock
from syncd.testing.harness import Harness
from syncd.testing.in_memory_connector import DictMemory
from tests.markdown_connector.connector import MarkdownConnector, TextFile


class FailingFile(TextFile):
    """A file on a disk that fails when it is asked to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked = 0
        self.left: int | None = None
        self.reply_is_lost = False
        self.meanwhile: Callable[[], None] | None = None

    def read(self) -> str:
        self._count()
        text = super().read()
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            act()
        return text

    def replace(self, text: str) -> None:
        self._count()
        super().replace(text)
        if self.reply_is_lost:
            self.reply_is_lost = False
            raise OSError("the network drive did not answer")

    def _count(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise OSError("the network drive is away")
        self.asked += 1


class TextEditor:
    """Someone who edits the file by hand, knowing nothing of ids."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def titles(self, kind: Kind) -> list[str]:
        """Return the titles of all tasks."""
        return [title for title in map(title_of, self._lines()) if title and kind is Kind.TASK]

    def ids(self, kind: Kind, title: str) -> list[str]:
        """Return the numbers of the lines with this title."""
        lines = enumerate(self._lines(), start=1)
        return [str(number) for number, line in lines if title_of(line) == title]

    def shows(self, kind: Kind, title: str) -> dict[str, Value]:
        """Return what the line of a task shows."""
        line = self._lines()[self._place(title)]
        due = re.search(r"due: (\d{4}-\d\d-\d\d)", line)
        return {
            "title": title,
            "done": "[x]" in line,
            "due": date.fromisoformat(due[1]) if due else None,
        }

    def add(self, kind: Kind, title: str, **fields: Value) -> None:
        """Write a line at the top of the file."""
        details = "; ".join(f"{name}: {value}" for name, value in fields.items())
        comment = f" <!-- {details} -->" if details else ""
        self._save([f"* [ ] {title}{comment}", *self._lines()])

    def edit(self, kind: Kind, title: str, field: str, value: Value) -> None:
        """Change the title of a task, or tick it, or write another day."""
        lines, place = self._lines(), self._place(title)
        line = lines[place]
        if field == "title":
            line = line.replace(f"] {title}", f"] {value}")
        elif field == "done":
            line = re.sub(r"\[.\]", "[X]" if value else "[ ]", line, count=1)
        else:
            line = re.sub(rf"{field}: [^;]*(?=;| -->)", f"{field}: {value}", line)
        self._save([*lines[:place], line, *lines[place + 1 :]])

    def delete(self, kind: Kind, title: str) -> None:
        """Delete the line of a task."""
        lines, place = self._lines(), self._place(title)
        self._save([*lines[:place], *lines[place + 1 :]])

    def note(self, title: str) -> None:
        """Write something below a task, and something into its comment."""
        lines, place = self._lines(), self._place(title)
        line = lines[place].replace("<!-- ", "<!-- with Ada; ")
        self._save([*lines[:place], line, "  Bring the slides.", *lines[place + 1 :]])

    def noted(self, title: str) -> bool:
        """Say whether both are still there."""
        lines, place = self._lines(), self._place(title)
        return "<!-- with Ada; " in lines[place] and lines[place + 1] == "  Bring the slides."

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines()

    def _save(self, lines: list[str]) -> None:
        self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def _place(self, title: str) -> int:
        places = [place for place, line in enumerate(self._lines()) if title_of(line) == title]
        if not places:
            raise KeyError(title)
        return places[0]


def title_of(line: str) -> str:
    """Return the title on a line as a person reads it; "" for a line that is no task."""
    task = re.fullmatch(r"\s*[-*] \[.\] (.*?)(?: <!-- [^<]*-->)?", line)
    return task[1] if task else ""


class MarkdownHarness(Harness):
    """A connector to a file that is not there yet."""

    conditional = True

    def __init__(self, directory: Path) -> None:
        self.clock = FakeClock()
        self.file = FailingFile(directory / "todo.md")
        self.person = self.editor = TextEditor(self.file.path)
        self.memory = DictMemory()
        self.connector = self._built()

    def restart(self, *, remembering: bool = True) -> Connector:
        """Make a new connector to the same file."""
        if not remembering:
            self.memory = DictMemory()
        self.connector = self._built()
        return self.connector

    def requests(self) -> int:
        """Count how often the file was read or replaced."""
        return self.file.asked

    def lose_reply(self) -> None:
        """Have the next replacement done and then fail."""
        self.file.reply_is_lost = True

    def break_after(self, requests: int) -> None:
        """Have the disk fail after so many more accesses."""
        self.file.left = requests

    def heal(self) -> None:
        """Take all faults away."""
        self.file.left, self.file.reply_is_lost = None, False

    def lose_container(self) -> bool:
        """Delete the file."""
        self.file.path.unlink()
        return True

    def containers(self) -> list[str]:
        """Return the file's name, if it is there."""
        return [self.file.path.name] if self.file.path.exists() else []

    def keep_aside(self, kind: Kind, title: str) -> bool:
        """Write something of the person's own on a task and below it."""
        self.editor.note(title)
        return True

    def kept_aside(self, kind: Kind, title: str) -> bool:
        """Say whether it is still there."""
        return self.editor.noted(title)

    def close(self) -> None:
        """Let go of the connector."""
        self.connector.close()

    def _built(self) -> Connector:
        return self.wrapped(lambda toolbox: MarkdownConnector(self.file, toolbox), self.memory)
