"""The shapes that Todoist's replies must have before they are used. Pure.

A model names what is *evidence*: ids, where an item is, whether it is there, done or repeats,
its version, and the description, which has the mark that an item is recognised by. The keys
are those of the Todoist API documentation; a tombstone may be no more than an id.
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
"""The list of a sync reply that has the items of each kind."""

_Place = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,1024}$")]
_Stamp = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,64}$")]
_Token = Annotated[str, StringConstraints(pattern=r"^[ -~]+$", max_length=MOST_OF_A_TOKEN)]
_Count = Annotated[int, Field(ge=0, le=2**53)]


class _ItemShape(Shape):
    """What tasks and sections have in common; only a deleted one may lack its project."""

    id: str
    is_deleted: bool = False
    is_archived: bool = False
    project_id: _Place | None = Field(default=None, validate_default=True)
    updated_at: _Stamp | None = None

    @field_validator("project_id", "description", check_fields=False)
    @classmethod
    def _given(cls, value: T | None, info: ValidationInfo) -> T | None:
        if value is None and not info.data.get("is_deleted"):
            message = "this is given of what exists"
            raise ValueError(message)
        return value


class DueShape(Shape):
    """A due date: whether it repeats, since such tasks are ticked in another way."""

    is_recurring: bool = False


class TaskShape(_ItemShape):
    """A task, active or completed."""

    section_id: _Place | None = None
    parent_id: _Place | None = None
    description: str | None = Field(default=None, validate_default=True)
    checked: bool = False
    completed_at: _Stamp | None = None
    due: DueShape | None = None
    completed_count: _Count = 0


class SectionShape(_ItemShape):
    """A section."""


class ProjectShape(Shape):
    """A project: it is found by its name, and the oldest of several is taken."""

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
    """The account in a reply; what did not change is left out."""

    user: _User | None = None
    user_plan_limits: _Limits | None = None


class SyncShape(Shape):
    """A reply of ``/sync``. Which lists it leaves out where nothing changed is not documented."""

    sync_token: _Token
    full_sync: bool = False
    items: list[Any] = Field(default_factory=list)
    sections: list[Any] = Field(default_factory=list)
    projects: list[Any] = Field(default_factory=list)


class CommandErrorShape(Shape):
    """A command's own error inside a reply."""

    error: str | None = None
    error_tag: str | None = None
    error_code: int | None = None
    http_code: int | None = None


SHAPES: Mapping[Kind, type[Shape]] = {Kind.TASK: TaskShape, Kind.GOAL: SectionShape}
_NAMES: Mapping[Kind, str] = {Kind.TASK: "content", Kind.GOAL: "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReply:
    """A reply of ``/sync``, its entries sorted by whether they can be read.

    invalid: the key because of which it is no reply at all; "" if there is none.
    incomplete: a list that was asked for is not in it.
    account_problem: a sentence, where the account in it can't be read.
    status, created: the outcomes of commands by uuid, and ids of new objects by temporary id.
    """

    invalid: str
    incomplete: bool
    token: str
    full: bool
    rows: Mapping[Kind, Sorted]
    projects: Sorted
    account: Json
    account_problem: str
    status: Mapping[str, Any] = field(default_factory=dict)
    created: Mapping[str, RemoteId] = field(default_factory=dict)

    @property
    def fully_read(self) -> bool:
        """Whether all of it could be read, so that it need not be read again."""
        lists = [*self.rows.values(), self.projects]
        return (
            not self.incomplete
            and not self.account_problem
            and not any(rows.nameless for rows in lists)
            and not any(rows.unread for rows in self.rows.values())
        )


def parse_sync_reply(reply: Json) -> SyncReply:
    """Return a reply of ``/sync``, sorted, whatever it is."""
    invalid = fault(reply, SyncShape)
    names = (*LISTS.values(), "projects")
    lists = {name: [] if invalid else reply.get(name, []) for name in names}
    account = fault(reply, AccountShape)
    return SyncReply(
        invalid=invalid,
        incomplete=bool(invalid) or any(name not in reply for name in names),
        token="" if invalid else reply["sync_token"],
        full=not invalid and reply.get("full_sync", False),
        rows={kind: sort_rows(kind, lists[name]) for kind, name in LISTS.items()},
        projects=sort_out(lists["projects"], ProjectShape, TITLE, _name),
        account={} if account else reply,
        account_problem=_account_problem(account) if account else "",
        status=_statuses(reply.get("sync_status")),
        created=_created(reply.get("temp_id_mapping")),
    )


def sort_rows(kind: Kind, rows: Sequence[Any]) -> Sorted:
    """Sort tasks or sections by whether they can be read; a reply has each once."""
    listing = sort_out(list(rows), SHAPES[kind], TITLE, lambda raw: raw.get(_NAMES[kind]))
    wrong = dict.fromkeys(at_odds(list(rows)), "two of one id, which differ")
    wrong |= dict.fromkeys(_in_circles(listing.good), "parents in a circle")
    for remote in wrong.keys() & listing.good.keys():
        raw = listing.good.pop(remote)
        listing.unread[remote] = _sentence(kind, raw, wrong[remote])
    return listing


def _sentence(kind: Kind, raw: Json, wrong: str) -> str:
    return unreadable(raw, TITLE, lambda row: row.get(_NAMES[kind]), wrong)


def _in_circles(good: Mapping[str, Json]) -> set[RemoteId]:
    """Return the tasks that are below themselves, which Todoist does not allow."""
    visited: set[str] = set()
    circles: set[RemoteId] = set()
    for start in good:
        path: list[str] = []
        task: str | None = start
        while task is not None and task in good and task not in visited:
            visited.add(task)
            path.append(task)
            task = good[task].get("parent_id")
        if task in path:
            circles |= {RemoteId(member) for member in path[path.index(task) :]}
    return circles


def merge_listings(earlier: Sorted, later: Sorted) -> Sorted:
    """Return two listings as one; of what is in both, the later entry counts."""
    good = {remote: raw for remote, raw in earlier.good.items() if remote not in later.unread}
    unread = {
        remote: reason for remote, reason in earlier.unread.items() if remote not in later.good
    }
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
    return _sentence(kind, raw, wrong) if wrong else ""


def project_fault(raw: Json, asked: str) -> str:
    """Return which key of a project that was asked for can't be read, or ""."""
    return fault(raw, ProjectShape) or ("" if raw["id"] == asked else "id")


def incomplete_answer() -> TryLater:
    """Return the error for an answer that lacks what was asked for."""
    return TryLater("Todoist's answer is not whole: reading it again later.")


def _name(raw: Json) -> object:
    return raw.get("name")


def _account_problem(key: str) -> str:
    return (
        f"What Todoist says of your account can't be read (`{key}`): zone and plan stay as"
        " they were; if that lasts, update syncd."
    )


def _statuses(statuses: Any) -> dict[str, Any]:
    """Return the outcomes of commands by their uuid; what can't be read is left out."""
    if not isinstance(statuses, dict):
        return {}
    return {
        key: status
        for key, status in statuses.items()
        if status == "ok" or not fault(status, CommandErrorShape)
    }


def _created(ids: Any) -> dict[str, RemoteId]:
    if not isinstance(ids, dict):
        return {}
    return {
        temporary: RemoteId(remote)
        for temporary, remote in ids.items()
        if not fault({"id": remote}, _IdShape)
    }


class _IdShape(Shape):
    id: Id
