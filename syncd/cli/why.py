"""``syncd why``: who set each field, when, what it beat; and where it all lives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import typer

from syncd.app import App
from syncd.cli.lookup import Which, find_entity, tool_title
from syncd.cli.output import (
    Json,
    Speech,
    Words,
    add_row,
    clock,
    conflict_words,
    day,
    field_word,
    kind_word,
    local,
    moment_json,
    table,
)
from syncd.cli.session import Session
from syncd.engine.edits import PERSON
from syncd.engine.rules import BY, PLANNED
from syncd.model.entities import Block, Kind, kind_of
from syncd.model.exchange.output import value_to_plain
from syncd.model.schema import DEFAULTS, FIELDS, fields_of
from syncd.model.values import BlockState, Moment, Value
from syncd.store.rows import ConflictRow, HistoryRow, Link, Record
from syncd.sync.decide import Presence
from syncd.text import one_line

_STATES = {
    BlockState.DRAFT: "It is a draft: not in the calendar yet, and free to move.",
    BlockState.PINNED: "You pinned it: syncd never moves it.",
    BlockState.UNCONFIRMED: "It is over and waits for a word: `syncd done` or `syncd missed`.",
    BlockState.MISSED: "It did not take place; its time is planned again.",
    BlockState.SKIPPED: "You deleted its event, so its time was given back.",
}
_REASONS = {PLANNED: "it was planned anew"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockMove:
    """A block that began at another time before. why: "" if a person moved it."""

    at: datetime
    before: datetime
    after: datetime
    by: str
    why: str


def story(app: App, block: Block, rows: Sequence[HistoryRow]) -> list[str]:
    """Return sentences on a block's place; ``rows``: its history, newest first."""
    sentences = [f"{_capitalised(block.notes).rstrip('.')}."] if block.notes else []
    if block.state in _STATES and not block.archived:
        sentences.append(_STATES[block.state])
    return sentences + [_move_sentence(app, move) for move in moves(rows)]


def moves(rows: Iterable[HistoryRow]) -> Iterable[BlockMove]:
    """Yield when a block was moved, newest first."""
    for row in rows:
        if row.field != "start" or not isinstance(row.before, Moment):
            continue
        if not isinstance(row.after, Moment) or row.before.at == row.after.at:
            continue
        ours = row.by.startswith(f"{BY} (") or row.by == BY
        why = row.by.removeprefix(f"{BY} (").removesuffix(")") if ours else ""
        yield BlockMove(
            at=row.set_at or row.at,
            before=row.before.at,
            after=row.after.at,
            by=BY if ours else row.by,
            why=_REASONS.get(why, why),
        )


def moves_json(rows: Iterable[HistoryRow], zone: str) -> list[dict[str, Any]]:
    """Return the moves for programs."""
    return [
        {
            "at": moment_json(move.at, zone),
            "from": moment_json(move.before, zone),
            "to": moment_json(move.after, zone),
            "by": move.by,
            "why": move.why or None,
        }
        for move in moves(rows)
    ]


def _move_sentence(app: App, move: BlockMove) -> str:
    zone, now = app.zone, app.clock.now()
    was, new = (f"{day(at, zone, now)} {clock(at, zone)}" for at in (move.before, move.after))
    whose = move.by if move.by in (BY, PERSON) else f"you in {_tool_title(app, move.by)}"
    why = f": {move.why}" if move.why else ""
    return f"Moved from {was} to {new} by {whose}, {local(move.at, zone)}{why}."


def _tool_title(app: App, tool: str) -> str:
    return app.registry.get(tool).title if tool in app.registry.names() else tool


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


_PLACES = {
    Presence.GONE: "deleted there",
    Presence.REMOVED_BY_US: "taken out by syncd",
    Presence.DETACHED: "deleted there, kept elsewhere by your setting",
    Presence.UNCONFIRMED: "not found there last time; the next sync looks",
}
_MANY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOrigin:
    """Where a field's value comes from. ``change`` is None if it came with the entity."""

    name: str
    value: Value
    by: str
    at: datetime | None
    cycle: int | None
    change: HistoryRow | None
    beat: tuple[ConflictRow, ...]


def why(ctx: typer.Context, which: Which, *, json: Json = False) -> int:
    """Tell who set each field, when, and what it beat.

    And where it all lives.
    """
    session: Session = ctx.obj
    with session.app() as app:
        record = find_entity(app.store, which)
        entity = record.entity
        rows = app.store.history.rows(entity=entity.id, limit=_MANY)
        lost = app.store.history.conflicts(entity=entity.id)
        creation = next((row for row in rows if row.field == ""), None)
        fields = list(_origins(record, rows, lost, creation))
        links = list(app.store.links.of_entity(entity.id).values())
        if json:
            data = _as_json(app, record, fields, links)
            if isinstance(entity, Block):
                data |= {"why": entity.notes, "moves": moves_json(rows, app.zone)}
            session.speech.json(data)
            return 0
        _show_head(session.speech, app, record, creation)
        if isinstance(entity, Block):
            _show_story(session.speech, story(app, entity, rows))
        _show_fields(session.speech, app, kind_of(entity), fields)
        _show_places(session.speech, app, links)
        return 0


def _origins(
    record: Record,
    rows: list[HistoryRow],
    lost: list[ConflictRow],
    creation: HistoryRow | None,
) -> Iterable[FieldOrigin]:
    """Yield the origin of every field that somebody has set."""
    kind = kind_of(record.entity)
    for name, value in fields_of(record.entity).items():
        change = next((row for row in rows if row.field == name), None)
        author = record.authors.get(name)
        if change is None and author is None and value == DEFAULTS[kind][name]:
            continue
        source = change or creation
        derived = FIELDS[kind][name].derived and change is None
        by = author.by if author else (source.by if source else "plan")
        yield FieldOrigin(
            name=name,
            value=value,
            by=by,
            at=author.at if author and author.at else (source.at if source else None),
            cycle=None if derived or source is None else source.cycle,
            change=change,
            beat=tuple(
                conflict
                for conflict in lost
                if conflict.field == name and conflict.lost != value
            ),
        )


def _show_head(speech: Speech, app: App, record: Record, creation: HistoryRow | None) -> None:
    entity = record.entity
    state = ", deleted" if entity.archived else ""
    what = f"{kind_word(kind_of(entity))} '{one_line(entity.title)}'{state}"
    speech.line(what[0].upper() + what[1:], style="bold")
    speech.line(f"id {entity.id}")
    if creation:
        when = local(creation.set_at or creation.at, app.zone)
        speech.line(f"added by {creation.by}, {when}, cycle c{creation.cycle}")
    speech.line()


def _show_story(speech: Speech, sentences: list[str]) -> None:
    for sentence in sentences:
        speech.line(sentence)
    if sentences:
        speech.line()


def _show_fields(speech: Speech, app: App, kind: Kind, fields: list[FieldOrigin]) -> None:
    words = Words(app.store, app.zone)
    replaced = [_replaced(words, kind, field) for field in fields]
    headings = ["Field", "Now", "Set by", "When", "Cycle"]
    last = ["Before, and what it beat"] if any(replaced) else []
    grid = table(*headings, *last, narrow=("Field", "When", "Cycle"))
    for origin, before in zip(fields, replaced, strict=True):
        add_row(
            grid,
            field_word(origin.name),
            words.value(kind, origin.name, origin.value),
            origin.by,
            local(origin.at, app.zone),
            f"c{origin.cycle}" if origin.cycle else "",
            *([before] if last else []),
        )
    speech.show(grid)


def _replaced(words: Words, kind: Kind, origin: FieldOrigin) -> str:
    parts = []
    if origin.change is not None:
        before = words.value(kind, origin.name, origin.change.before)
        parts.append(f"{before} (change {origin.change.seq})")
    for conflict in origin.beat:
        when = local(conflict.lost_at or conflict.at, words.zone)
        parts.append(f"beat {conflict_words(words, conflict)} from {conflict.lost_by}, {when}")
    return "; ".join(parts)


def _show_places(speech: Speech, app: App, links: list[Link]) -> None:
    speech.line()
    if not links:
        speech.line("It lives in no tool yet.")
        return
    titles = {link.tool: tool_title(app, link.tool) for link in links}
    width = max(map(len, titles.values()))
    for link in links:
        where = link.url or "there, without an address"
        # whole on one line, so that an address can be opened
        speech.aloud(f"{titles[link.tool]:<{width}}  {_PLACES.get(link.presence, where)}")


def _as_json(
    app: App, record: Record, fields: list[FieldOrigin], links: list[Link]
) -> dict[str, Any]:
    zone = app.zone
    return {
        "id": record.entity.id,
        "kind": kind_of(record.entity),
        "title": record.entity.title,
        "archived": record.entity.archived,
        "created_at": moment_json(record.entity.created_at, zone),
        "fields": {field.name: _origin_json(field, zone) for field in fields},
        "tools": {
            link.tool: {"presence": link.presence, "id": link.remote, "url": link.url}
            for link in links
        },
    }


def _origin_json(origin: FieldOrigin, zone: str) -> dict[str, Any]:
    return {
        "value": value_to_plain(origin.value, zone),
        "by": origin.by,
        "at": moment_json(origin.at, zone),
        "cycle": origin.cycle,
        "change": origin.change.seq if origin.change else None,
        "before": value_to_plain(origin.change.before, zone) if origin.change else None,
        "beat": [
            {
                "conflict": conflict.seq,
                "value": value_to_plain(conflict.lost, zone),
                "by": conflict.lost_by,
                "at": moment_json(conflict.lost_at, zone),
            }
            for conflict in origin.beat
        ],
    }
