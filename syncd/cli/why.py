"""``syncd why``: who set each field, when, what it beat; and where it all lives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.bootstrap import App
from syncd.cli import lookup
from syncd.cli.block_story import moves_json, story
from syncd.cli.conflicts import conflict_words
from syncd.text import one_line
from syncd.cli.session import Session
from syncd.cli.output import Speech, row, table
from syncd.cli.sync import title_of
from syncd.cli.output import Words, field_word, kind_word, local, moment_json
from syncd.model.entities import Block, Kind, kind_of
from syncd.model.exchange.output import value_to_plain
from syncd.model.schema import DEFAULTS, FIELDS, fields_of
from syncd.model.values import Value
from syncd.store.rows import ConflictRow, HistoryRow, Link, Record
from syncd.sync.decide import Presence

_PLACES = {
    Presence.GONE: "deleted there",
    Presence.WITHDRAWN: "taken out by syncd",
    Presence.FORGOTTEN: "deleted there, kept elsewhere by your setting",
    Presence.UNCONFIRMED: "not found there last time; the next sync looks",
}
_MANY = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a field's value comes from. ``change`` is None if it came with the entity."""

    name: str
    value: Value
    by: str
    at: datetime | None
    cycle: int | None
    change: HistoryRow | None
    beat: tuple[ConflictRow, ...]


def why(session: Session, which: str, *, as_json: bool) -> int:
    """Tell for each field who set it, when, in which cycle, and what it beat."""
    with session.app() as app:
        record = lookup.entity(app.store, which)
        entity = record.entity
        rows = app.store.history.rows(entity=entity.id, limit=_MANY)
        lost = app.store.history.conflicts(entity=entity.id)
        made = next((one for one in rows if one.field == ""), None)
        fields = list(_origins(record, rows, lost, made))
        links = list(app.store.links.of_entity(entity.id).values())
        if as_json:
            told = _as_json(app, record, fields, links)
            if isinstance(entity, Block):
                told |= {"why": entity.notes, "moves": moves_json(rows, app.zone)}
            session.speech.json(told)
            return 0
        _head(session.speech, app, record, made)
        if isinstance(entity, Block):
            _tell_story(session.speech, story(app, entity, rows))
        _show(session.speech, app, kind_of(entity), fields)
        _places(session.speech, app, links)
        return 0


def _origins(
    record: Record,
    rows: list[HistoryRow],
    lost: list[ConflictRow],
    made: HistoryRow | None,
) -> Iterable[Origin]:
    """Yield the origin of every field that somebody has set."""
    kind = kind_of(record.entity)
    for name, value in fields_of(record.entity).items():
        change = next((one for one in rows if one.field == name), None)
        author = record.authors.get(name)
        if change is None and author is None and value == DEFAULTS[kind][name]:
            continue
        source = change or made
        derived = FIELDS[kind][name].derived and change is None
        by = author.by if author else (source.by if source else "plan")
        yield Origin(
            name=name,
            value=value,
            by=by,
            at=author.at if author and author.at else (source.at if source else None),
            cycle=None if derived or source is None else source.cycle,
            change=change,
            beat=tuple(one for one in lost if one.field == name and one.lost != value),
        )


def _head(speech: Speech, app: App, record: Record, made: HistoryRow | None) -> None:
    entity = record.entity
    state = ", deleted" if entity.archived else ""
    what = f"{kind_word(kind_of(entity))} '{one_line(entity.title)}'{state}"
    speech.line(what[0].upper() + what[1:], style="bold")
    speech.line(f"id {entity.id}")
    if made:
        when = local(made.set_at or made.at, app.zone)
        speech.line(f"added by {made.by}, {when}, cycle c{made.cycle}")
    speech.line()


def _tell_story(speech: Speech, sentences: list[str]) -> None:
    for sentence in sentences:
        speech.line(sentence)
    if sentences:
        speech.line()


def _show(speech: Speech, app: App, kind: Kind, fields: list[Origin]) -> None:
    words = Words(app.store, app.zone)
    replaced = [_replaced(words, kind, one) for one in fields]
    headings = ["Field", "Now", "Set by", "When", "Cycle"]
    last = ["Before, and what it beat"] if any(replaced) else []
    made = table(*headings, *last, narrow=("Field", "When", "Cycle"))
    for one, before in zip(fields, replaced, strict=True):
        row(
            made,
            field_word(one.name),
            words.value(kind, one.name, one.value),
            one.by,
            local(one.at, app.zone),
            f"c{one.cycle}" if one.cycle else "",
            *([before] if last else []),
        )
    speech.show(made)


def _replaced(words: Words, kind: Kind, one: Origin) -> str:
    parts = []
    if one.change is not None:
        before = words.value(kind, one.name, one.change.before)
        parts.append(f"{before} (change {one.change.seq})")
    for it in one.beat:
        when = local(it.lost_at or it.at, words.zone)
        parts.append(f"beat {conflict_words(words, it)} from {it.lost_by}, {when}")
    return "; ".join(parts)


def _places(speech: Speech, app: App, links: list[Link]) -> None:
    speech.line()
    if not links:
        speech.line("It lives in no tool yet.")
        return
    titles = {link.tool: title_of(app, link.tool) for link in links}
    width = max(map(len, titles.values()))
    for link in links:
        where = link.url or "there, without an address"
        # whole on one line, so that an address can be opened
        speech.aloud(f"{titles[link.tool]:<{width}}  {_PLACES.get(link.presence, where)}")


def _as_json(
    app: App, record: Record, fields: list[Origin], links: list[Link]
) -> dict[str, Any]:
    zone = app.zone
    return {
        "id": record.entity.id,
        "kind": kind_of(record.entity),
        "title": record.entity.title,
        "archived": record.entity.archived,
        "created_at": moment_json(record.entity.created_at, zone),
        "fields": {one.name: _origin_json(one, zone) for one in fields},
        "tools": {
            link.tool: {"presence": link.presence, "id": link.remote, "url": link.url}
            for link in links
        },
    }


def _origin_json(one: Origin, zone: str) -> dict[str, Any]:
    return {
        "value": value_to_plain(one.value, zone),
        "by": one.by,
        "at": moment_json(one.at, zone),
        "cycle": one.cycle,
        "change": one.change.seq if one.change else None,
        "before": value_to_plain(one.change.before, zone) if one.change else None,
        "beat": [
            {
                "conflict": it.seq,
                "value": value_to_plain(it.lost, zone),
                "by": it.lost_by,
                "at": moment_json(it.lost_at, zone),
            }
            for it in one.beat
        ],
    }
