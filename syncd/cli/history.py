"""``syncd history``: what changed in the plan."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from syncd.app import App
from syncd.cli.lookup import Which, find_entity
from syncd.cli.output import (
    SPREAD,
    TITLE,
    Json,
    Speech,
    Words,
    kind_word,
    local,
    moment_json,
)
from syncd.cli.session import Session
from syncd.engine import edits
from syncd.engine.blocks.edits import set_state
from syncd.engine.cycle_report import sentences
from syncd.engine.edits import Undone, bring_back
from syncd.engine.rules import BY
from syncd.errors import Mistake
from syncd.model.entities import Block, Kind, kind_of
from syncd.model.exchange.output import value_to_plain
from syncd.model.rules.blocks import is_over
from syncd.model.schema import FIELDS
from syncd.model.values import REFERENCES, BlockState
from syncd.store.rows import HistoryRow
from syncd.sync.decide import Presence
from syncd.text import count, one_line

_CYCLE = re.compile(r"(?:c|cycle[: ]?)(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which changes to list: of one entity, of one cycle, how many."""

    which: str | None
    cycle: str | None
    limit: int


def history(
    ctx: typer.Context,
    which: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Only of this entity: id or title.")
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many changes, at most.")] = 30,
    cycle: Annotated[
        str | None, typer.Option(metavar="CYCLE", help="Only of this cycle, such as c12.")
    ] = None,
    json: Json = False,
) -> int:
    """List what changed in the plan, newest first."""
    query = HistoryQuery(which=which, cycle=cycle, limit=limit)
    return show_history(ctx.obj, query, as_json=json)


def show_history(session: Session, wanted: HistoryQuery, *, as_json: bool) -> int:
    """List changes of the plan, newest first."""
    with session.app() as app:
        entity = find_entity(app.store, wanted.which).entity.id if wanted.which else None
        cycle = cycle_number(wanted.cycle) if wanted.cycle else None
        rows = app.store.history.rows(entity=entity, cycle=cycle, limit=wanted.limit + 1)
        shown = rows[: wanted.limit]
        if as_json:
            session.speech.json({"changes": [change_json(row, app.zone) for row in shown]})
            return 0
        list_changes(session.speech, session.words(app), shown)
        if len(rows) > wanted.limit:
            session.speech.note(
                f"There are older ones: `--limit {wanted.limit * 4}` shows more."
            )
        unread = list(sentences(app.store))
        session.warn(unread)
        if not rows and not unread:
            session.speech.note(
                "Nothing has changed yet: `syncd plan import` makes a beginning."
            )
        return 0


def cycle_number(text: str) -> int:
    """Return the number of a cycle that was named as c12, or 12. Raises ``Mistake``."""
    match = _CYCLE.fullmatch(text) or re.fullmatch(r"(\d{1,9})", text)
    if match is None:
        quote = one_line(text, 40)
        raise Mistake(f"'{quote}' is no cycle: take one such as c12 from `syncd history`.")
    return int(match[1])


def names_cycle(text: str) -> bool:
    """Say whether a text names a cycle, not a change."""
    return _CYCLE.fullmatch(text) is not None


def list_changes(speech: Speech, words: Words, rows: Sequence[HistoryRow]) -> None:
    """Show changes as a table."""
    if not rows:
        return
    words.learn(_mentioned(rows))
    shown = [
        (str(row.seq), f"c{row.cycle}", _when(row, words), row.by, _what(row, words))
        for row in rows
    ]
    speech.records(("No", "Cycle", "When", "By", "What"), shown, brief=4)


def _when(row: HistoryRow, words: Words) -> str:
    return local(row.set_at or row.at, words.zone)


def _what(row: HistoryRow, words: Words) -> str:
    title = one_line(row.title, words.longest and TITLE) or words.title(row.entity)
    return f"{title}: {words.change(row)}"


def _mentioned(rows: Sequence[HistoryRow]) -> set[str]:
    """Return the ids of all that the changes speak of."""
    ids: set[str] = {row.entity for row in rows}
    for row in rows:
        spec = FIELDS[row.kind].get(row.field)
        if spec is None or spec.type not in REFERENCES:
            continue
        for value in (row.before, row.after):
            ids.update(value if isinstance(value, frozenset) else [str(value or "")])
    return ids


def change_json(row: HistoryRow, zone: str) -> dict[str, Any]:
    """Return a change as JSON."""
    return {
        "change": row.seq,
        "cycle": row.cycle,
        "at": moment_json(row.at, zone),
        "set_at": moment_json(row.set_at, zone),
        "by": row.by,
        "id": row.entity,
        "kind": row.kind,
        "title": row.title,
        "field": row.field,
        "before": value_to_plain(row.before, zone),
        "after": value_to_plain(row.after, zone),
    }


_ALL = 1_000_000


def undo(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="CHANGE|CYCLE",
            help="A change by its number (57), or a cycle with a c (c12), as in `syncd history`.",
        ),
    ],
) -> int:
    """Take back a change, or a whole cycle.

    What was edited since stays, and is listed.
    """
    return take_back(ctx.obj, what)


def take_back(session: Session, what: str) -> int:
    """Take back a change or a cycle, and list what had to stay."""
    with session.app() as app:
        undone = edits.undo(app.plan_context(), _rows(app, what))
        words = session.words(app)
        speech = session.speech
        if undone.taken_back:
            speech.line(f"Taken back: {count(len(undone.taken_back), 'change')}.")
            list_changes(speech, words, undone.taken_back)
        if undone.kept:
            speech.line("Left as it is, for it was edited since or can't be taken back:")
            list_changes(speech, words, undone.kept)
            _list_later(session, app, undone)
        if not undone.taken_back:
            speech.note("Nothing was taken back: `syncd why ID` tells who set what since.")
            return 1
        for sentence in _about_blocks(undone.taken_back):
            speech.note(sentence)
        cycle = app.store.history.last_cycle()
        speech.note(f"{SPREAD}; `syncd undo c{cycle}` takes this itself back.")
        return 0


def _about_blocks(rows: Sequence[HistoryRow]) -> Iterator[str]:
    """Yield what becomes of blocks that syncd had placed or moved."""
    fields = {row.field for row in rows if row.kind is Kind.BLOCK and row.by.startswith(BY)}
    if "" in fields:
        yield (
            "What still wants time is planned again, perhaps where it was: delete a block in"
            " your calendar to have another time, or move it to where you want it."
        )
    if fields & {"start", "end"}:
        yield (
            "A block that goes back to where it was is pinned there: `syncd unpin ID` lets syncd"
            " move it again."
        )


def restore(ctx: typer.Context, which: Which) -> int:
    """Bring back what was deleted, in every tool."""
    session: Session = ctx.obj
    with session.app() as app:
        entity = find_entity(app.store, which, archived=True).entity
        name = f"{kind_word(kind_of(entity))} '{one_line(entity.title, TITLE)}'"
        links = app.store.links.of_entity(entity.id).values()
        gone = any(link.presence in (Presence.GONE, Presence.DETACHED) for link in links)
        if not entity.archived and not gone:
            session.speech.note(f"The {name} was not deleted: there is nothing to restore.")
            return 0
        bring_back(app.plan_context(), [entity.id])
        if isinstance(entity, Block) and entity.state is BlockState.SKIPPED:
            set_state(app.plan_context(), [entity.id], _wanted_state(app, entity))
        session.speech.note(f"The {name} is back. {SPREAD}.")
        return 0


def _wanted_state(app: App, block: Block) -> BlockState:
    """A block that is wanted back stays where it was; if it is over, it waits for a word."""
    over = is_over(block, app.clock.now())
    return BlockState.UNCONFIRMED if over else BlockState.PINNED


def _rows(app: App, what: str) -> Sequence[HistoryRow]:
    """Return the changes that are meant. Raises ``Mistake`` where there are none."""
    history = app.store.history
    if names_cycle(what):
        number = cycle_number(what)
        rows = history.rows(cycle=number, limit=_ALL)
        if not rows:
            raise Mistake(f"No change came with cycle c{number}: see `syncd history`.")
        return rows
    digits = what.removeprefix("#")
    row = history.row(int(digits)) if digits.isdecimal() and len(digits) < 18 else None
    if row is None:
        quote = one_line(what, 40)
        raise Mistake(
            f"There is no change {quote}: take its number, or a cycle such as c12, from"
            " `syncd history`."
        )
    return [row]


def _list_later(session: Session, app: App, undone: Undone) -> None:
    """Show the later edits for which changes were left."""
    taken = {row.seq for row in undone.taken_back}
    ours = app.store.history.last_cycle() if undone.taken_back else -1
    later = {
        later.seq: later
        for row in undone.kept
        for later in app.store.history.rows(entity=row.entity, limit=1000)
        if later.field == row.field and later.seq > row.seq and later.cycle != ours
    }
    shown = [row for seq, row in sorted(later.items(), reverse=True) if seq not in taken]
    if shown:
        session.speech.line("Edited since by:")
        list_changes(session.speech, session.words(app), shown)
