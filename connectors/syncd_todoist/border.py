"""What Todoist's replies must be before anything of them is believed. Pure.

What is *evidence* is named here: ids, where an item lives, whether it is there, done or
repeats, its version, and the description, which holds the mark that an item is known by.
Which keys there are is said by the Todoist API documentation; a tombstone may be no more
than an id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from syncd.connect.border import (
    MOST_OF_A_TOKEN,
    Id,
    Shape,
    Sorted,
    at_odds,
    fault,
    sort_out,
    unreadable,
)
from syncd.errors import TryLater
from syncd.model.entities import Kind
from syncd.model.ids import RemoteId

Json = dict[str, Any]
T = TypeVar("T")

TITLE = "Todoist"
LISTS: Mapping[Kind, str] = {Kind.TASK: "items", Kind.GOAL: "sections"}
"""The lists of a sync reply that hold each kind."""

_Place = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,1024}$")]
_Stamp = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,64}$")]
_Token = Annotated[str, StringConstraints(pattern=r"^[ -~]+$", max_length=MOST_OF_A_TOKEN)]
_Count = Annotated[int, Field(ge=0, le=2**53)]


class ItemShape(Shape):
    """What tasks and sections have alike: without a place they are no more than an id."""

    id: str
    is_deleted: bool = False
    is_archived: bool = False
    project_id: _Place | None = Field(default=None, validate_default=True)
    updated_at: _Stamp | None = None

    @field_validator("project_id", "description", check_fields=False)
    @classmethod
    def _told(cls, value: T | None, info: ValidationInfo) -> T | None:
        if value is None and not info.data.get("is_deleted"):
            message = "this is told of what is there"
            raise ValueError(message)
        return value


class Repetition(Shape):
    """A due date, for what it tells of repeating: such tasks are ticked in another way."""

    is_recurring: bool = False


class TaskShape(ItemShape):
    """A task, active or completed."""

    section_id: _Place | None = None
    parent_id: _Place | None = None
    description: str | None = Field(default=None, validate_default=True)
    checked: bool = False
    completed_at: _Stamp | None = None
    due: Repetition | None = None
    completed_count: _Count = 0


class SectionShape(ItemShape):
    """A section."""


class ProjectShape(Shape):
    """A project: its name is how it is found, its age which of several is taken."""

    id: Id
    name: str
    is_deleted: bool = False
    is_archived: bool = False
    created_at: _Stamp | None = None


class _Zone(Shape):
    timezone: str | None = None


class _User(Shape):
    tz_info: _Zone | None = None


class _Plan(Shape):
    durations: bool | None = None


class _Limits(Shape):
    current: _Plan | None = None


class AccountShape(Shape):
    """What a reply tells of the account; what did not change is not told."""

    user: _User | None = None
    user_plan_limits: _Limits | None = None


class SyncShape(Shape):
    """A reply of ``/sync``. Which lists are left out where nothing changed is not said."""

    sync_token: _Token
    full_sync: bool = False
    items: list[Any] = Field(default_factory=list)
    sections: list[Any] = Field(default_factory=list)
    projects: list[Any] = Field(default_factory=list)


class RefusalShape(Shape):
    """A command's own error inside a reply."""

    error: str | None = None
    error_tag: str | None = None
    error_code: int | None = None
    http_code: int | None = None


SHAPES: Mapping[Kind, type[Shape]] = {Kind.TASK: TaskShape, Kind.GOAL: SectionShape}
_NAMES: Mapping[Kind, str] = {Kind.TASK: "content", Kind.GOAL: "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReply:
    """A reply of ``/sync``, sorted by what can be believed.

    wrong: what keeps it from being a reply at all; "" if nothing does.
    short: a list that was asked for is not in it.
    unsure: a sentence, where what it tells of the account can't be read.
    status, made: what became of commands, and the ids of what they made.
    """

    wrong: str
    short: bool
    token: str
    full: bool
    rows: Mapping[Kind, Sorted]
    projects: Sorted
    account: Json
    unsure: str
    status: Mapping[str, Any] = field(default_factory=dict)
    made: Mapping[str, RemoteId] = field(default_factory=dict)

    @property
    def sure(self) -> bool:
        """Whether all of it could be read, so that it need not be read again."""
        lists = [*self.rows.values(), self.projects]
        clear = not any(one.nameless for one in lists) and not self.unsure
        return clear and not self.short and not any(it.unread for it in self.rows.values())


def parse_sync_reply(reply: Json) -> SyncReply:
    """Return what a reply of ``/sync`` tells, whatever it is."""
    wrong = fault(reply, SyncShape)
    names = (*LISTS.values(), "projects")
    lists = {name: [] if wrong else reply.get(name, []) for name in names}
    account = fault(reply, AccountShape)
    return SyncReply(
        wrong=wrong,
        short=bool(wrong) or any(name not in reply for name in names),
        token="" if wrong else reply["sync_token"],
        full=not wrong and reply.get("full_sync", False),
        rows={kind: sort_rows(kind, lists[name]) for kind, name in LISTS.items()},
        projects=sort_out(lists["projects"], ProjectShape, TITLE, _name),
        account={} if account else reply,
        unsure=_account_unread(account) if account else "",
        status=_statuses(reply.get("sync_status")),
        made=_made(reply.get("temp_id_mapping")),
    )


def sort_rows(kind: Kind, rows: Sequence[Any]) -> Sorted:
    """Sort tasks or sections by whether they can be read; one reply states each once."""
    found = sort_out(list(rows), SHAPES[kind], TITLE, lambda raw: raw.get(_NAMES[kind]))
    odd = dict.fromkeys(at_odds(list(rows)), "two of one id, which differ")
    odd |= dict.fromkeys(_in_circles(found.good), "parents in a circle")
    for one in odd.keys() & found.good.keys():
        raw = found.good.pop(one)
        found.unread[one] = unreadable(raw, TITLE, lambda raw: raw.get(_NAMES[kind]), odd[one])
    return found


def _in_circles(good: Mapping[str, Json]) -> set[RemoteId]:
    """Return the tasks that are below themselves, which Todoist does not allow."""
    begun: dict[str, str] = {}
    found: set[RemoteId] = set()
    for start in good:
        path: list[str] = []
        at: str | None = start
        while at is not None and at in good and at not in begun:
            begun[at] = start
            path.append(at)
            at = good[at].get("parent_id")
        if at in path:
            found |= {RemoteId(it) for it in path[path.index(at) :]}
    return found


def merge_listings(earlier: Sorted, later: Sorted) -> Sorted:
    """Return two listings as one: of what is in both, the later one tells."""
    good = {one: raw for one, raw in earlier.good.items() if one not in later.unread}
    unread = {one: why for one, why in earlier.unread.items() if one not in later.good}
    return Sorted(
        good=good | later.good,
        unread=unread | later.unread,
        nameless=[*earlier.nameless, *later.nameless],
    )


def item_fault(kind: Kind, raw: Json, asked: str) -> str:
    """Return the sentence about an item that was asked for and can't be read, or "".

    Raises ``TryLater`` where there is none in the answer.
    """
    if not raw:
        raise incomplete_answer()
    wrong = fault(raw, SHAPES[kind]) or ("" if raw["id"] == asked else "id")
    return unreadable(raw, TITLE, lambda it: it.get(_NAMES[kind]), wrong) if wrong else ""


def project_fault(raw: Json, asked: str) -> str:
    """Return which key of a project that was asked for can't be read, or ""."""
    return fault(raw, ProjectShape) or ("" if raw["id"] == asked else "id")


def incomplete_answer() -> TryLater:
    """Return what it means that an answer lacks what was asked for."""
    return TryLater("Todoist's answer is not whole: reading it again later.")


def _name(raw: Json) -> object:
    return raw.get("name")


def _account_unread(wrong: str) -> str:
    return (
        f"What Todoist says of your account can't be read (`{wrong}`): zone and plan stay as"
        " they were; if that lasts, update syncd."
    )


def _statuses(found: Any) -> dict[str, Any]:
    """Return what commands came to, by their uuid; what can't be read is left out."""
    if not isinstance(found, dict):
        return {}
    return {
        key: one for key, one in found.items() if one == "ok" or not fault(one, RefusalShape)
    }


def _made(found: Any) -> dict[str, RemoteId]:
    if not isinstance(found, dict):
        return {}
    return {
        key: RemoteId(one) for key, one in found.items() if not fault({"id": one}, _IdShape)
    }


class _IdShape(Shape):
    id: Id
