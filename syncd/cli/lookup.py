"""From what a person typed to the entity or the tool that they mean."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Annotated

import typer

from syncd.app import App
from syncd.cli.output import kind_word
from syncd.errors import Mistake
from syncd.model.entities import Kind, kind_of
from syncd.model.exchange.output import Unreadable
from syncd.model.exchange.values import Here, read_day
from syncd.model.ids import EntityId, ToolName
from syncd.model.plan import normalised
from syncd.store.rows import Record
from syncd.store.store import Store
from syncd.text import nearest, one_line

Which = Annotated[
    str,
    typer.Argument(metavar="ID", help="An id, its first characters (4 or more), or a title."),
]
ToolArgument = Annotated[str, typer.Argument(metavar="TOOL", help="Such as `notion`.")]

SHORTEST = 4
"""Characters of an id that may stand for it."""
_MOST = 5


def find_entity(store: Store, text: str, *, archived: bool = False) -> Record:
    """Return the entity with this id, this title, or an id that begins so.

    Of several with one title the live one is meant; with ``archived``, the archived
    one; of a task and its blocks, the task. Raises ``Mistake`` where none or more than
    one is left.
    """
    return only_one(text, find_matching(store, text, archived=archived))


def find_matching(
    store: Store, text: str, kinds: Collection[Kind] = tuple(Kind), *, archived: bool = False
) -> list[Record]:
    """Return all of these kinds that a text may mean, as ``find_entity`` does.

    Raises ``Mistake`` where there is none.
    """
    exact = store.plan.get(EntityId(text.upper())) or store.plan.get(EntityId(text))
    titled = [exact] if exact is not None else _titled(store, text, archived=archived)
    every = titled or _beginning(store, text)
    records = [record for record in every if kind_of(record.entity) in kinds]
    if every and not records:
        raise Mistake(_other_kind(every[0], kinds))
    if not records:
        raise Mistake(_none(store, text))
    return records


def only_one(text: str, records: Sequence[Record]) -> Record:
    """Return the one that is meant. Raises ``Mistake`` where there are several."""
    named = _named(records)
    if len(named) > 1:
        raise Mistake(_several(text, named))
    return named[0]


def find_tool(app: App, text: str) -> ToolName:
    """Return the tool of this name or title that is switched on. Raises ``Mistake``."""
    names = app.enabled()
    typed_name = text.strip().lower()
    for name in names:
        if typed_name in (name, app.registry.get(name).title.lower()):
            return name
    if not names:
        raise Mistake(no_tools(app))
    near = nearest(typed_name, names)
    hint = f"did you mean `{near}`?" if near else f"use one of {', '.join(names)}."
    raise Mistake(f"No tool called '{one_line(text, 40)}' is switched on: {hint}")


def no_tools(app: App) -> str:
    """Return a sentence on settings that name no tool."""
    file = app.settings.file
    return (
        f"No tool is switched on: add a table such as [connectors.notion] to {file}, or"
        " try `syncd demo` first."
    )


def _titled(store: Store, text: str, *, archived: bool) -> Sequence[Record]:
    wanted = _read(text)
    every = _named([link for link in store.plan.every() if _read(link.entity.title) == wanted])
    preferred = [record for record in every if record.entity.archived is archived]
    return preferred or every


def _named(records: Sequence[Record]) -> Sequence[Record]:
    """Return what a title names: where a task has it, its blocks only repeat it."""
    return [record for record in records if kind_of(record.entity) is not Kind.BLOCK] or records


def _read(title: str) -> str:
    """Return a title as a person reads it: what a terminal can't show is no part of it."""
    return normalised(one_line(title))


def _beginning(store: Store, text: str) -> list[Record]:
    if len(text) < SHORTEST:
        return []
    begins = [entity_id for entity_id in store.plan.ids() if entity_id.startswith(text.upper())]
    return list(store.plan.many(begins[: _MOST + 1]).values())


def _several(text: str, records: Sequence[Record]) -> str:
    shown = [
        f"{kind_word(kind_of(record.entity))} {record.entity.id}"
        f" '{one_line(record.entity.title, 40)}'"
        for record in records[:_MOST]
    ]
    more = f" and {len(records) - _MOST} more" if len(records) > _MOST else ""
    return f"'{one_line(text, 40)}' may be {', '.join(shown)}{more}: give more of the id."


def _other_kind(record: Record, kinds: Collection[Kind]) -> str:
    wanted = " or ".join(f"a {kind_word(kind)}" for kind in Kind if kind in kinds)
    title = one_line(record.entity.title, 40)
    return f"'{title}' is a {kind_word(kind_of(record.entity))}: name {wanted}."


def _none(store: Store, text: str) -> str:
    titles = {link.entity.title for link in store.plan.every()}
    near = nearest(text, {title.lower(): title for title in titles})
    meant = next((title for title in titles if title.lower() == near), None)
    fact = f"Nothing in the plan is called '{one_line(text, 40)}'"
    if meant:
        return f"{fact}: did you mean '{one_line(meant, 60)}'?"
    return f"{fact}: look it up with `syncd plan show`."


def read_day_option(app: App, text: str, option: str) -> date:
    """Return the day that an option names, as 2026-12-24, +7d or tomorrow.

    Raises ``Mistake``.
    """
    try:
        return read_day(text, Here(app.clock.now(), app.zone))
    except Unreadable as error:
        raise Mistake(f"`{option}`: {error}.") from None


class ShortIds:
    """Shortens ids to what `find` takes for them."""

    def __init__(self, every: Iterable[str]) -> None:
        self._every: Sequence[str] = sorted(every)

    def of(self, which: str) -> str:
        """Return the beginning of an id that no other one has."""
        place = bisect_left(self._every, which)
        near = [other for other in self._every[max(0, place - 1) : place + 2] if other != which]
        length = max([SHORTEST, *(_common(which, other) + 1 for other in near)])
        return which[:length]


def _common(which: str, other: str) -> int:
    pairs = zip(which, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), len(which))


def tool_title(app: App, name: str) -> str:
    """Return how a person calls a tool."""
    return app.registry.get(name).title


def chosen_tools(app: App, only: Sequence[str]) -> list[ToolName]:
    """Return the tools that are meant. Raises ``Mistake`` where there is none."""
    tools = list(dict.fromkeys(find_tool(app, text) for text in only)) or app.enabled()
    if not tools:
        raise Mistake(no_tools(app))
    return tools
