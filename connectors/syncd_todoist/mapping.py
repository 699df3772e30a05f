"""Tasks and goals to Todoist's items and sections, and back. Pure.

``CODECS`` says of each field how Todoist holds it; everything else here follows from that
table. Facts about the fields are those of the Todoist API documentation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncd.model.entities import Kind
from syncd.model.ids import RemoteId
from syncd.model.remote import PAGE_URL, Carried, Remote
from syncd.model.schema import Fields
from syncd_todoist import values
from syncd_todoist.values import CodecContext, TodoistAccount, UnreadableTodoistValue

Json = Mapping[str, Any]
Convert = Callable[[Any, CodecContext], Any]


def _same(value: Any, _: CodecContext) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoistCodec:
    """How Todoist holds one field.

    key: where it is in Todoist's object.
    fit: what Todoist can hold of a value.
    send: what is sent of a value that fits; None where another field's codec sends it.
    read: the field's value, of what is at the key; raises ``UnreadableTodoistValue``.
    editable: what the user changes there changes the plan.
    home: where edit times tie, Todoist's value wins.
    required: an object without the key has a problem.
    own_command: the key is changed by a command of its own, not by ``item_update``.
    paid: only accounts whose plan has durations hold it.
    needs: the field without which Todoist drops this one.
    """

    key: str
    fit: Convert
    send: Convert | None = _same
    read: Convert
    editable: bool = True
    home: bool = False
    required: bool = False
    own_command: bool = False
    paid: bool = False
    needs: str = ""


@dataclass(frozen=True, slots=True)
class TodoistFields:
    """What could be read of an object, and a sentence for each field that could not."""

    fields: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def capabilities(kind: Kind) -> Carried:
    """Return which fields of a kind Todoist carries, and how."""
    codecs = CODECS[kind]
    return Carried(
        fields=frozenset(codecs),
        editable=frozenset(name for name, codec in codecs.items() if codec.editable),
        home=frozenset(name for name, codec in codecs.items() if codec.home),
        falls_with={name: codec.needs for name, codec in codecs.items() if codec.needs},
    )


def unavailable(account: TodoistAccount) -> dict[Kind, frozenset[str]]:
    """Return the fields that an account's plan does not have, by kind."""
    if account.durations:
        return {}
    paid = frozenset(name for name, codec in CODECS[Kind.TASK].items() if codec.paid)
    return {Kind.TASK: paid}


def update_keys() -> tuple[str, ...]:
    """Return the keys of a task that ``item_add`` and ``item_update`` set, in order."""
    keys = [codec.key for codec in CODECS[Kind.TASK].values() if not codec.own_command]
    return tuple(dict.fromkeys(keys))


def fit(kind: Kind, fields: Fields, account: TodoistAccount) -> dict[str, Any]:
    """Return what Todoist can hold of ``fields``."""
    context = CodecContext(account=account, fields=fields)
    fitted = {
        name: codec.fit(fields[name], context)
        for name, codec in CODECS[kind].items()
        if name in fields
    }
    dropped = _dropped(kind, fitted, account)
    return {name: value for name, value in fitted.items() if name not in dropped}


def to_remote(kind: Kind, fields: Fields, account: TodoistAccount) -> dict[str, Any]:
    """Return fields as the keys of a Todoist object; notes go with their link."""
    fitted = fit(kind, fields, account)
    context = CodecContext(account=account, fields=fitted)
    return {
        codec.key: codec.send(fitted[name], context)
        for name, codec in CODECS[kind].items()
        if codec.send is not None and name in fitted
    }


def from_remote(
    kind: Kind, raw: Json, account: TodoistAccount, known_link: str = ""
) -> TodoistFields:
    """Return the fields of a Todoist object; keys that are missing are left out."""
    raw = _with_checked(raw)
    context = CodecContext(account=account, known_link=known_link)
    read = TodoistFields()
    unreadable: set[str] = set()
    for name, codec in CODECS[kind].items():
        if codec.key in unreadable or (codec.key not in raw and not codec.required):
            continue  # what two fields share is one problem
        try:
            read.fields[name] = codec.read(raw.get(codec.key), context)
        except UnreadableTodoistValue as error:
            read.problems[name] = str(error)
            unreadable.add(codec.key)
    for name in _dropped(kind, read.fields, account):
        if read.fields.get(name) is None:
            read.fields.pop(name, None)
    return read


def remote(kind: Kind, raw: Json, account: TodoistAccount, known_link: str = "") -> Remote:
    """Return a Todoist object as syncd sees it."""
    read = from_remote(kind, raw, account, known_link)
    link = str(read.fields.get(PAGE_URL) or "")
    repeats = _is_recurring(raw)
    place = "task" if kind is Kind.TASK else "section"
    return Remote(
        id=RemoteId(str(raw["id"])),
        kind=kind,
        fields=read.fields,
        version=str(raw.get("updated_at") or ""),
        created_at=values.instant(raw.get("added_at")),
        edited_at=values.instant(raw.get("updated_at")),
        mark=values.mark(link),
        link=link or None,
        url=f"https://app.todoist.com/app/{place}/{raw['id']}",
        # Ticking and un-ticking a plain task counts too: only a repeating one's matter.
        completions=(values.whole_number(raw.get("completed_count")) or 0) if repeats else 0,
        problems=read.problems,
        extra={"recurring": True} if repeats else {},
    )


def _dropped(kind: Kind, fields: Fields, account: TodoistAccount) -> list[str]:
    """Return the fields that Todoist does not hold in this account, or beside these others.

    It keeps no duration without a due date (a maintainer, in a public issue of its
    TypeScript client).
    """
    return [
        name
        for name, codec in CODECS[kind].items()
        if (codec.paid and not account.durations)
        or (codec.needs in fields and fields[codec.needs] is None)
    ]


def _with_checked(raw: Json) -> Json:
    """Return a task with ``checked``; some listings give only when it was completed."""
    if "checked" not in raw and "completed_at" in raw:
        return {**raw, "checked": raw["completed_at"] is not None}
    return raw


def _is_recurring(raw: Json) -> bool:
    due = raw.get("due")
    return isinstance(due, Mapping) and due.get("is_recurring") is True


_TASK: Mapping[str, TodoistCodec] = {
    "title": TodoistCodec(
        key="content", fit=lambda value, _: values.title(str(value)), read=values.read_title
    ),
    "notes": TodoistCodec(
        key="description",
        fit=values.fit_notes,
        send=values.send_description,
        read=lambda value, context: values.read_description(value, context)[0],
    ),
    PAGE_URL: TodoistCodec(
        key="description",
        fit=values.fit_link,
        send=None,  # with the notes
        read=lambda value, context: values.read_description(value, context)[1],
        editable=False,
    ),
    "goal": TodoistCodec(
        key="section_id", fit=values.fit_reference, read=values.read_reference, own_command=True
    ),
    "parent": TodoistCodec(
        key="parent_id", fit=values.fit_reference, read=values.read_reference, own_command=True
    ),
    "due": TodoistCodec(
        key="due", fit=values.fit_due, send=values.send_due, read=values.read_due, home=True
    ),
    "estimate_minutes": TodoistCodec(
        key="duration",
        fit=values.fit_duration,
        send=values.send_duration,
        read=values.read_duration,
        paid=True,
        needs="due",
    ),
    "priority": TodoistCodec(
        key="priority",  # backwards there: 4 is what the app shows as p1
        fit=lambda value, _: value or 4,
        send=lambda value, _: 5 - value,
        read=values.read_priority,
    ),
    "labels": TodoistCodec(
        key="labels",
        fit=values.fit_labels,
        send=lambda value, _: sorted(value),
        read=values.read_labels,
        home=True,
    ),
    "done": TodoistCodec(
        key="checked",
        fit=lambda value, _: bool(value),
        read=values.read_done,
        home=True,
        required=True,
        own_command=True,
    ),
}
_GOAL: Mapping[str, TodoistCodec] = {
    "title": TodoistCodec(
        key="name",
        fit=lambda value, _: values.title(str(value), values.SECTION_LIMIT),
        read=values.read_title,
        required=True,
    ),
}
CODECS: Mapping[Kind, Mapping[str, TodoistCodec]] = {Kind.TASK: _TASK, Kind.GOAL: _GOAL}
"""How Todoist holds each field of each kind that it carries."""
