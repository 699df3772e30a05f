"""The edit ledger: what the person did, and whether all of it came to its right.

A thing is known by the code that its title begins with, whatever it is called besides.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from syncd.model.entities import Kind
from syncd.model.values import Moment, Value

APART = timedelta(minutes=3)
"""Edits that are further apart than this can be told apart in every tool."""
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The person gave a field of a thing a value, in one tool, at a time.

    before: what the tool showed them then.
    """

    at: datetime
    tool: str
    code: str
    field: str
    value: Any
    before: Any = None


def _replaces(edit: Edit, other: Edit) -> bool:
    if (edit.code, edit.field) != (other.code, other.field):
        return False
    return edit.tool == other.tool or same(edit.field, other.value, edit.before)


def _looks_replaced(edit: Edit, other: Edit) -> bool:
    """Say whether it can't be told if an edit was made upon another: Todoist's tasks have
    the priority 4 whether somebody gave it to them or not."""
    no_priority = edit.field == "priority" and 4 in (edit.before, other.value)  # Todoist's
    return edit.tool != other.tool and no_priority and _replaces(edit, other)


@dataclass(slots=True)
class Thing:
    """Something that the person knows by its code.

    loose: a tool does more to it than the person asked for (a sub-task goes with its
    parent), so only that it is not doubled is held against the program. over: it was
    deleted, and that was seen to be done everywhere. looked: when syncd had looked last
    as it was deleted. row: what the plan had of it when all was at rest.
    """

    code: str
    kind: Kind
    loose: bool = False
    deleted: dict[str, datetime] = field(default_factory=dict)
    restored: datetime | None = None
    copied: bool = False
    over: bool = False
    looked: datetime | None = None
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def entity(self) -> str:
        """The id that the plan had for it at the last rest; "" where it had none."""
        return str(self.row.get("id") or "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; family: what sort of fault it is."""

    family: str
    text: str


@dataclass
class Ledger:
    """Everything since the last time that all was at rest.

    lost_at: when syncd's state was lost, or an older one was put back, since then.
    contradicted: what was given two values in two tools, neither made upon the other.
    """

    things: dict[str, Thing] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    lost_at: datetime | None = None
    rested: datetime | None = None
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    contradicted: set[tuple[str, str]] = field(default_factory=set)
    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def lost_state(self) -> bool:
        """Whether syncd's history lacks something since the last rest."""
        return self.lost_at is not None

    def new_code(self, letter: str) -> str:
        """Return a code that no thing has yet."""
        self.numbers[letter] += 1
        return f"{letter}{self.numbers[letter]:02}"

    def add(self, code: str, kind: Kind) -> Thing:
        """Note a new thing."""
        self.things[code] = Thing(code, kind)
        return self.things[code]

    def note(self, edit: Edit) -> None:
        """Note an edit; it takes the place of one there, and of what it was made upon.

        Who changes a value that another tool's edit brought there does not contradict it.
        """
        self.counts[edit.code, edit.field] += 1
        if any(_looks_replaced(edit, it) for it in self.edits):
            self.contradicted.add((edit.code, edit.field))
        self.edits = [it for it in self.edits if not _replaces(edit, it)]
        if any((it.code, it.field) == (edit.code, edit.field) for it in self.edits):
            self.contradicted.add((edit.code, edit.field))
        self.edits.append(edit)

    def of(self, code: str) -> list[Edit]:
        """Return the last edits of a thing."""
        return [it for it in self.edits if it.code == code]

    def rest(self, now: datetime) -> None:
        """All is at rest and was looked at: what was done so far is settled."""
        self.edits.clear()
        self.counts.clear()
        self.contradicted.clear()
        self.lost_at = None
        self.rested = now
        for thing in self.things.values():
            thing.deleted.clear()
            thing.restored = None
            thing.copied = False


@dataclass
class Verdict:
    """Holds the ledger against what syncd and the tools show, all at rest."""

    ledger: Ledger
    plan: Mapping[str, list[Json]]
    history: list[Json]
    conflicts: list[Json]
    shown: Mapping[tuple[str, Kind], list[Json]]

    def findings(self) -> Iterator[Finding]:
        """Yield all that is wrong."""
        for thing in self.ledger.things.values():
            rows = self._rows(thing)
            yield from self._counts(thing, rows)
            if thing.loose:
                continue
            yield from self._deletion(thing, rows)
            yield from self._edits(thing, rows)
            live = [it for it in rows if not it["archived"]]
            if len(live) == 1:
                yield from self._agreement(thing, live[0])
        yield from self._strangers()
        yield from self._conflicts()

    def _rows(self, thing: Thing) -> list[Json]:
        return [it for it in self.plan[thing.kind] if code_of(it["title"]) == thing.code]

    def _counts(self, thing: Thing, rows: list[Json]) -> Iterator[Finding]:
        live = [it for it in rows if not it["archived"]]
        if len(live) > 1:
            yield Finding("double", f"{thing.code} is {len(live)} times in the plan")
        for tool in TOOLS[thing.kind]:
            count = len(self._in(tool, thing))
            if count > 1:
                yield Finding("double", f"{thing.code} is {count} times in {tool}")
            if count and not live and not thing.loose:
                yield Finding("orphan", f"{thing.code} is in {tool}, and not in the plan")

    def _in(self, tool: str, thing: Thing) -> list[Json]:
        found = self.shown.get((tool, thing.kind), [])
        return [it for it in found if code_of(str(it["title"])) == thing.code]

    def _deletion(self, thing: Thing, rows: list[Json]) -> Iterator[Finding]:
        """What was deleted stays deleted, but for an edit or a restoring elsewhere."""
        live = [it for it in rows if not it["archived"]]
        if thing.over:
            if live:
                yield Finding("undeleted", f"{thing.code} was deleted long ago")
            return
        if not thing.deleted:
            if not live:
                yield Finding("lost", f"{thing.code} is gone, and nobody deleted it")
            elif thing.entity and thing.entity != live[0]["id"] and not self.ledger.lost_state:
                yield Finding("identity", f"{thing.code} has become another entity")
            return
        if not self.ledger.lost_state:
            yield from self._after_deletion(thing, is_live=bool(live))

    def _after_deletion(self, thing: Thing, *, is_live: bool) -> Iterator[Finding]:
        """An edit beats a deletion, and so does a restoring; else it stands."""
        others = [it for it in self.ledger.of(thing.code) if it.tool not in thing.deleted]
        unseen = [it for it in others if thing.looked and it.at > thing.looked]
        since = max(thing.deleted.values())
        if is_live and not others and thing.restored is None:
            yield Finding("undeleted", f"{thing.code} was deleted in {list(thing.deleted)}")
        if not is_live and unseen:
            yield Finding("deletion won", f"{thing.code} was edited in {unseen[0].tool} too")
        if not is_live and thing.restored and since < thing.restored:
            yield Finding("restoring lost", f"{thing.code} was restored, and is gone")

    def _edits(self, thing: Thing, rows: list[Json]) -> Iterator[Finding]:
        """Each last edit is the value now, or stands in conflicts or history."""
        if not rows and thing.deleted:
            return  # made and deleted before syncd ever saw it
        edits = self.ledger.of(thing.code)
        ids = {it["id"] for it in rows}
        yield from self._by_nobody(thing, rows)
        for edit in edits:
            if edit.field == "labels":
                yield from self._added(edit, thing, rows)
            if any(same(edit.field, edit.value, it.get(edit.field)) for it in rows):
                continue
            if edit.field == "goal" or self._kept(edit, ids):
                continue
            rivals = self.ledger.counts[thing.code, edit.field] > 1
            if rivals and self.ledger.lost_at and edit.at <= self.ledger.lost_at:
                continue  # that it lost to one of them was written down, and lost too
            family = "edit before deletion" if edit.tool in thing.deleted else "lost edit"
            yield Finding(
                family, f"{thing.code}: {edit.field} {edit.value!r} of {edit.tool} is nowhere"
            )
        yield from self._winner(thing, rows)

    def _by_nobody(self, thing: Thing, rows: list[Json]) -> Iterator[Finding]:
        """What nobody edited is as it was."""
        live = [it for it in rows if not it["archived"]]
        if len(live) != 1 or not thing.row or thing.copied or thing.deleted:
            return
        for name in _OF_TASKS if thing.kind is Kind.TASK else ("title", "notes", "due"):
            before, now = thing.row.get(name), live[0].get(name)
            edited = self.ledger.counts.get((thing.code, name))
            if not edited and not (same(name, before, now) and same(name, now, before)):
                text = f"{thing.code}: {name} was {before!r}, and is {now!r}"
                yield Finding("changed by nobody", text)

    def _added(self, edit: Edit, thing: Thing, rows: list[Json]) -> Iterator[Finding]:
        """A label that was added stays, whatever labels another tool was given."""
        new = {it for it in edit.value if it[1:].isdigit()} - set(edit.before or ())
        live = [it for it in rows if not it["archived"]]
        if live and not new <= set(live[0]["labels"]) and not self.ledger.lost_state:
            yield Finding("label lost", f"{thing.code}: {sorted(new)} of {edit.tool}")

    def _kept(self, edit: Edit, ids: set[str]) -> bool:
        """Say whether a value stands in the history or among the conflicts."""
        sides = [(it, ("before", "after")) for it in self.history]
        sides += [(it, ("won", "lost")) for it in self.conflicts]
        return any(
            same(edit.field, edit.value, row[name])
            for row, names in sides
            for name in names
            if (row["id"] in ids or code_of(str(row["title"])) == edit.code)
            and row["field"] in (edit.field, "" if edit.field == "title" else edit.field)
        )

    def _winner(self, thing: Thing, rows: list[Json]) -> Iterator[Finding]:
        """Of edits that are well apart, the last one is the value.

        Without a base, items are told apart by their last edits, not fields by theirs.
        """
        if self.ledger.lost_state:
            return
        by_field: dict[str, list[Edit]] = defaultdict(list)
        for edit in self.ledger.of(thing.code):
            by_field[edit.field].append(edit)
        live = [it for it in rows if not it["archived"]]
        for name, edits in by_field.items():
            at = {it.tool: self._edited_at(it) for it in edits}
            last = max(edits, key=lambda it: at[it.tool])
            apart = all(it is last or at[last.tool] - at[it.tool] > APART for it in edits)
            if not apart or name in ("labels", "goal") or not live or thing.deleted:
                continue
            if len(live) == 1 and not same(name, last.value, live[0].get(name)):
                text = f"{thing.code}: {name} is {live[0].get(name)!r}, last set to"
                yield Finding("earlier won", f"{text} {last.value!r} in {last.tool}")

    def _edited_at(self, edit: Edit) -> datetime:
        """Return when a tool says that the thing was edited: it keeps no time by field."""
        return max(it.at for it in self.ledger.of(edit.code) if it.tool == edit.tool)

    def _agreement(self, thing: Thing, row: Json) -> Iterator[Finding]:
        """Every tool shows what the plan has, as far as it can hold it."""
        for tool in TOOLS[thing.kind]:
            found = self._in(tool, thing)
            if not self._belongs(tool, thing.kind, row):
                continue
            if not found:
                yield Finding("missing", f"{thing.code} is not in {tool}")
            for name in FIELDS[tool, thing.kind] if found else ():
                if not self._agrees(tool, name, row, found[0]):
                    text = f"{thing.code}: {name} is {row.get(name)!r} in the plan"
                    yield Finding("disagree", f"{text}, {found[0].get(name)!r} in {tool}")

    def _belongs(self, tool: str, kind: Kind, row: Json) -> bool:
        goal = next((it for it in self.plan[Kind.GOAL] if it["id"] == row.get("goal")), None)
        resting = goal is not None and goal["status"] in ("paused", "dropped")
        if tool == "todoist":
            return not resting and not row.get("done")
        if tool == "google":
            return bool(row.get("due")) and not (resting or row.get("done"))
        return True

    def _agrees(self, tool: str, name: str, row: Json, found: Json) -> bool:
        planned, shown = row.get(name), found.get(name)
        if tool == "todoist" and name == "estimate_minutes" and shown is None:
            return planned is None or "T" not in str(row.get("due") or "")
        if name == "priority" and tool == "todoist":
            return (planned or 4) == shown
        return same(name, shown, planned)

    def _strangers(self) -> Iterator[Finding]:
        """Nothing is in the plan that the person never made."""
        for kind in (Kind.TASK, Kind.MILESTONE, Kind.GOAL):
            for row in self.plan[kind]:
                if not row["archived"] and code_of(row["title"]) not in self.ledger.things:
                    yield Finding("stranger", f"'{row['title']}' is in the plan")

    def _conflicts(self) -> Iterator[Finding]:
        """A value that lost was given in one tool while another gave another."""
        if self.ledger.lost_state:
            return
        for row in self.conflicts:
            if self.ledger.rested and instant(row["at"]) < self.ledger.rested:
                continue
            thing = self.ledger.things.get(code_of(row["title"]))
            thing = thing or self._by_id(row["id"])
            if thing is None or thing.loose:
                continue
            if not self._has_two_sides(thing, row["field"]):
                text = f"{thing.code}: {row['field']} {row['lost']!r} of {row['lost_by']}"
                yield Finding("false conflict", f"{text} lost to {row['won']!r}")

    def _has_two_sides(self, thing: Thing, name: str) -> bool:
        if name != "archived":
            return (thing.code, name) in self.ledger.contradicted
        tools = {it.tool for it in self.ledger.of(thing.code)} | set(thing.deleted)
        return len(tools) > 1 or bool(thing.restored or thing.copied)

    def _by_id(self, entity: str) -> Thing | None:
        rows = (it for kind in self.plan.values() for it in kind if it["id"] == entity)
        row = next(rows, None)
        return self.ledger.things.get(code_of(row["title"])) if row else None


TOOLS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TASK: ("notion", "todoist"),
    Kind.MILESTONE: ("notion", "google"),
    Kind.GOAL: ("notion",),
}
_OF_TASKS = ("title", "notes", "due", "estimate_minutes", "priority", "labels", "done")
FIELDS: Mapping[tuple[str, Kind], tuple[str, ...]] = {
    ("notion", Kind.TASK): _OF_TASKS,
    ("todoist", Kind.TASK): _OF_TASKS,
    ("notion", Kind.MILESTONE): ("title", "notes", "due", "done"),
    ("google", Kind.MILESTONE): ("title", "due", "done"),
    ("notion", Kind.GOAL): ("title", "status", "why", "due"),
}


def code_of(title: str) -> str:
    """Return the code that a title begins with."""
    return title.removeprefix("✓ ").split(" ")[0]


def same(name: str, one: Any, other: Any) -> bool:
    """Say whether two values are one to every tool."""
    if name == "priority":
        return (one or 4) == (other or 4)
    if name == "labels":
        return set(one or ()) <= set(other or ())
    return bool(plain(one) == plain(other))


def plain(value: Value | list[str]) -> Any:
    """Return a value as the plan's export writes it, moments to the minute."""
    if isinstance(value, Moment):
        return value.at.astimezone(UTC).replace(second=0, microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > 10 and value[4:5] == "-" and "T" in value:
        return instant(value).replace(second=0, microsecond=0).isoformat()
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Iterable):
        return sorted(value)
    return value


def instant(text: str) -> datetime:
    """Return the instant that a text of the export names."""
    return datetime.fromisoformat(text).astimezone(UTC)
