"""A connector to one Markdown file of to-dos, written by docs/connector-guide.md.

    - [ ] Write the talk <!-- due: 2026-06-11 18:30 Europe/Paris; syncd: 01J… -->

What else a comment holds is the person's, and stays; so does every other line.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from syncd import private
from syncd.connect.contract import Busy, Connector, Outcome, Plugin, Toolbox
from syncd.errors import Changed, Gone, HoldTool, Mistake, TryLater, Unclear, whole
from syncd.model.entities import Kind
from syncd.model.ids import EntityId, RemoteId, derived_id
from syncd.model.remote import Binding, Carried, Op, Pull, Remote, Seen, Write
from syncd.model.schema import Fields
from syncd.model.values import Due, Moment, Value
from syncd.text import is_token, line

T = TypeVar("T")
FIELDS = frozenset({"title", "due", "done"})
_BOX = re.compile(r"(\ufeff?\s*(?:[-*+]|\d+[.)])\s+)\[([ xX])\](?=\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoLine:
    """One task. text: its line. opening: what that has before the box. due: as it is written.
    mark: the plan's id, if syncd knows the task. others: what the comment holds besides."""

    id: RemoteId
    text: str = ""
    opening: str = "- "
    done: bool = False
    title: str = ""
    due: str = ""
    mark: str = ""
    others: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """What changes with every edit of this task."""
        return sha256(self.text.encode()).hexdigest()[:16]

    def changed(self, fields: Fields, mark: EntityId, zone: str) -> "TodoLine":
        """Return this task with other values and this mark; its id stays what it was."""
        title, done = fields.get("title", self.title), fields.get("done", self.done)
        new = replace(self, title=str(title), done=bool(done), mark=mark)
        if "due" in fields and self._due(zone) != (fields["due"], ""):
            new = replace(new, due=_show_due(fields["due"], zone))
        return self if new == self else replace(new, text=new._rendered())

    def remote(self, zone: str) -> Remote:
        """Return this task as the contract has it."""
        due, problem = self._due(zone)
        fields: dict[str, Value] = {"title": self.title, "done": self.done}
        return Remote(
            id=self.id,
            kind=Kind.TASK,
            fields=fields if problem else {**fields, "due": due},
            version=self.version,
            mark=EntityId(self.mark) if self.mark else None,
            problems={"due": problem} if problem else {},
        )

    def _rendered(self) -> str:
        own = "" if self.id == self.mark else self.id
        ours = {"due": self.due, "id": own, "syncd": self.mark}
        details = [*self.others, *(f"{name}: {text}" for name, text in ours.items() if text)]
        box = f"{self.opening}[{'x' if self.done else ' '}]"
        text = " ".join(filter(None, (box, self.title, f"<!-- {'; '.join(details)} -->")))
        return text + "\r" * self.text.endswith("\r")

    def _due(self, zone: str) -> tuple[Due | None, str]:
        """Return when it is due, and why that can't be read."""
        try:
            return _read_due(self.due, zone) if self.due else None, ""
        except (ValueError, LookupError, OSError, OverflowError):  # OSError: the zone "Europe"
            right = "write it as 2026-06-11 or 2026-06-11 18:30 Europe/Paris"
            return None, f"“due: {line(self.due, 60)}” is no day and no time: {right}."


class TodoDocument:
    """A file's text: its tasks by id, each in its place between the other lines."""

    def __init__(self, text: str) -> None:
        self.tasks: dict[RemoteId, TodoLine] = {}
        self._crlf = "\r\n" in text
        self._lines = [_task(row) or row for row in text.split("\n")]
        taken = {row.id for row in self._lines if isinstance(row, TodoLine)}
        for place, task in enumerate(self._lines):
            if isinstance(task, TodoLine):
                remote = task.id
                if not remote or remote in self.tasks:  # added by hand, or a copied line
                    remote = _free_id(task.title, taken | self.tasks.keys())
                self._lines[place] = self.tasks[remote] = replace(task, id=remote)

    def text(self) -> str:
        """Return the whole text; what was not changed is as it was."""
        tasks, rows = self.tasks, self._lines
        return "\n".join(row if isinstance(row, str) else tasks[row.id].text for row in rows)

    def marked(self, entity: EntityId) -> TodoLine | None:
        """Return the first task with this mark."""
        return next((task for task in self.tasks.values() if task.mark == entity), None)

    def add(self, write: Write, zone: str) -> TodoLine:
        """Put a new task below the last one, and below the text that is indented there."""
        own = RemoteId(write.entity)
        free = RemoteId(write.key) if own in self.tasks else own
        bare = TodoLine(id=free, text="\r" * self._crlf)
        task = self.tasks[free] = bare.changed(write.fields, write.entity, zone)
        tasks = [place for place, row in enumerate(self._lines) if isinstance(row, TodoLine)]
        place = tasks[-1] + 1 if tasks else len(self._lines) - (self._lines[-1] == "")
        while place < len(self._lines) and str(self._lines[place])[:1] in (" ", "\t"):
            place += 1
        self._lines.insert(place, task)
        return task

    def remove(self, remote: RemoteId) -> None:
        """Remove a task's line."""
        self._lines = [row for row in self._lines if isinstance(row, str) or row.id != remote]
        del self.tasks[remote]


def _task(text: str) -> TodoLine | None:
    """Return what a line says of a task; None for a line that is none."""
    box = _BOX.match(text)
    rest = text[box.end() :].strip() if box else ""
    if box is None or not rest:
        return None
    title, opening, comment = rest.rpartition("<!--")
    if not opening or comment.find("-->") != len(comment) - len("-->"):
        title, comment = rest, ""
    ours, others = dict.fromkeys(("due", "id", "syncd"), ""), []
    for detail in filter(None, map(str.strip, comment.removesuffix("-->").split(";"))):
        name, _, value = detail.partition(":")
        if name.strip().lower() in ours:
            ours[name.strip().lower()] = value.strip()
        else:
            others.append(detail)
    mark = ours["syncd"] if is_token(ours["syncd"]) else ""
    known = RemoteId(ours["id"] if is_token(ours["id"]) else mark)
    new = TodoLine(id=known, text=text, opening=box[1], due=ours["due"], mark=mark)
    return replace(new, title=" ".join(title.split()), done=box[2] != " ", others=tuple(others))


def _free_id(title: str, taken: set[RemoteId]) -> RemoteId:
    """Return an id that stays while a line keeps its title, wherever it is moved to."""
    ids = (RemoteId(derived_id("line", title, str(number)).lower()) for number in count())
    return next(remote for remote in ids if remote not in taken)


def _read_due(text: str, zone: str) -> Due:
    day, _, time = text.partition(" ")
    if not time:
        return date.fromisoformat(day)
    clock, _, name = time.strip().partition(" ")
    at, own = datetime.fromisoformat(f"{day} {clock}"), ZoneInfo(name.strip() or zone)
    return Moment(at if at.tzinfo else at.replace(tzinfo=own), name.strip() or None)


def _show_due(due: Value, zone: str) -> str:
    """Return a day, or a time of the wall clock; with its offset where that time comes twice."""
    if not isinstance(due, Moment):
        return due.isoformat() if isinstance(due, date) else ""
    local, name = due.local(zone), f" {due.zone}" if due.zone else ""
    plain = local.replace(tzinfo=None).isoformat(" ").removesuffix(":00") + name
    return plain if _read_due(plain, zone) == due else local.isoformat(" ") + name


class MarkdownSettings(BaseModel):
    """What stands in ``[connectors.markdown]``. path: the file; it is made if it is missing."""

    model_config = ConfigDict(extra="forbid")

    path: Path | None = None


class TextFile:
    """A file that is read whole and replaced whole. Each method may raise OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> str:
        """Return its text, with the line endings that it has."""
        return self.path.read_bytes().decode()

    def replace(self, text: str) -> None:
        """Put a text in its place, whole or not at all."""
        private.make_folder(self.path.parent)
        private.write(self.path, text)


class MarkdownConnector:
    """The contract over a file. A write changes the text as it stands at that moment."""

    name = "markdown"
    capabilities: Mapping[Kind, Carried] = {Kind.TASK: Carried(fields=FIELDS, editable=FIELDS)}
    edit_resolution = timedelta(seconds=1)
    provides_urls = False
    keeps_marks = True
    reads_busy = False
    batch_size = 100
    idempotent = frozenset(Op)  # a create finds its mark; an update, what it would write

    def __init__(self, file: TextFile, toolbox: Toolbox) -> None:
        self._file = file
        self._memory = toolbox.memory
        self._limiter = toolbox.network.limiter
        self._zone = toolbox.timezone

    def bind(self) -> Binding:
        """Find the file."""
        path = str(self._file.path)
        bound = self._memory.get("path") == path
        there = self._asked(self._file.path.is_file)
        if bound and not there:
            raise self._lost()
        if there and not bound:
            self._memory.put("path", path)
        return Binding(missing=() if there else (f"the file {path}",))

    def provision(self) -> None:
        """Make the file if it is missing."""
        if self.bind().missing:
            self._asked(lambda: self._file.replace("# To do\n\n"))
            self.bind()

    def pull(self, cursor: str | None) -> Pull:
        """Read all tasks, each time: a file does not tell what changed in it."""
        items = tuple(task.remote(self._zone) for task in self._document().tasks.values())
        return Pull(items=items, whole=frozenset(self.capabilities), cursor="everything")

    def read(self, kind: Kind, remote: RemoteId) -> Remote:
        """Read one task."""
        task = self._document().tasks.get(remote)
        if task is None or kind not in self.capabilities:
            raise self._gone(remote)
        return task.remote(self._zone)

    def edited(self, kind: Kind, since: datetime) -> None:
        """Return None: every task has a version."""

    def find(self, write: Write) -> Remote | None:
        """Look for the task with the entity's mark."""
        task = self._document().marked(write.entity)
        return task.remote(self._zone) if task else None

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Do all writes on the text, and replace the file once."""
        before = self._asked(self._file.read)
        document = TodoDocument(before)
        outcomes = [self._outcome(document, write) for write in writes]
        after = document.text()
        if after == before:
            return outcomes
        if self._asked(self._file.read) != before:
            raise TryLater(f"{self._file.path} was saved just now: trying again.")
        self._limiter.request()
        try:
            self._file.replace(after)
        except OSError as error:
            why = f"{self._file.path} could not be saved ({error}): looking at it again."
            return [Unclear(why) for _ in writes]
        return outcomes

    def fit(self, kind: Kind, fields: Fields) -> dict[str, Any]:
        """Return what a line can hold: a title on one line, moments to the minute."""
        names = fields.keys() & FIELDS if kind in self.capabilities else ()
        fitted = {name: fields[name] for name in names}
        if "title" in fitted:
            fitted["title"] = " ".join(whole(str(fitted["title"])).split())
        if isinstance(due := fitted.get("due"), Moment):
            fitted["due"] = due.to_the_minute()
        return fitted

    def can_hold(self, kind: Kind, fields: Fields) -> bool:
        """Say that any task can be held."""
        return kind in self.capabilities

    def id_from_url(self, url: str) -> None:
        """Return None: a line has no address."""

    def busy(self, start: datetime, end: datetime) -> Busy:
        """Return nothing: a list does not know when its user has no time."""
        return Busy()

    def close(self) -> None:
        """Do nothing: the file is open only while it is read or replaced."""

    def _outcome(self, document: TodoDocument, write: Write) -> Outcome:
        if write.op is Op.CREATE:
            task = document.marked(write.entity) or document.add(write, self._zone)
            return task.remote(self._zone)
        seen = write.seen or Seen(id=RemoteId(""))
        known = document.tasks.get(seen.id)
        if known is None:
            return None if write.op is Op.DELETE else self._gone(seen.id)
        updated = known.changed(write.fields, write.entity, self._zone)
        after = updated if write.op is Op.UPDATE else None
        if after != known and seen.version not in ("", known.version):
            return Changed(f"{known.id} was edited in {self._file.path}: looking at it again.")
        if after is None:
            document.remove(known.id)
            return None
        document.tasks[known.id] = after
        return after.remote(self._zone)

    def _document(self) -> TodoDocument:
        return TodoDocument(self._asked(self._file.read))

    def _asked(self, act: Callable[[], T]) -> T:
        self._limiter.request()
        try:
            return act()
        except FileNotFoundError as error:
            raise self._lost() from error
        except UnicodeDecodeError as error:
            raise HoldTool(f"{self._file.path} is not UTF-8: save it as UTF-8.") from error
        except OSError as error:
            why = f"{self._file.path} is out of reach ({error}): trying again."
            raise TryLater(why) from error

    def _lost(self) -> HoldTool:
        return HoldTool(f"{self._file.path} is gone: bring it back, or approve its loss.")

    def _gone(self, remote: RemoteId) -> Gone:
        return Gone(f"{remote} is not in {self._file.path} any more: nothing was done.")


def build(settings: MarkdownSettings, toolbox: Toolbox) -> Connector:
    """Return the connector; ``Mistake`` without a path."""
    if settings.path is None:
        raise Mistake("Name your to-do file in connectors.markdown.path.")
    return MarkdownConnector(TextFile(settings.path.expanduser()), toolbox)


PLUGIN = Plugin(name="markdown", title="To-do file", settings=MarkdownSettings, build=build)
