"""Why a block is where it is, and why it moved, in sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.bootstrap import App
from syncd.cli.output import clock, day, local, moment_json
from syncd.engine.blocks.placing import PLANNED
from syncd.engine.edits import PERSON
from syncd.engine.rules import BY
from syncd.model.entities import Block
from syncd.model.values import BlockState, Moment
from syncd.store.rows import HistoryRow

_STATES = {
    BlockState.DRAFT: "It is a draft: not in the calendar yet, and free to move.",
    BlockState.PINNED: "You pinned it: syncd never moves it.",
    BlockState.UNCONFIRMED: "It is over and waits for a word: `syncd done` or `syncd missed`.",
    BlockState.MISSED: "It did not take place; its time is planned again.",
    BlockState.SKIPPED: "You deleted its event, so its time was given back.",
}
_REASONS = {PLANNED: "it was planned anew"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A block that began at another time before. why: "" if a person moved it."""

    at: datetime
    before: datetime
    after: datetime
    by: str
    why: str


def story(app: App, block: Block, rows: Sequence[HistoryRow]) -> list[str]:
    """Return sentences on a block's place; ``rows``: its history, newest first."""
    found = [f"{_capital(block.notes).rstrip('.')}."] if block.notes else []
    if block.state in _STATES and not block.archived:
        found.append(_STATES[block.state])
    return found + [_sentence(app, one) for one in moves(rows)]


def moves(rows: Iterable[HistoryRow]) -> Iterable[Move]:
    """Yield when a block was moved, newest first."""
    for row in rows:
        if row.field != "start" or not isinstance(row.before, Moment):
            continue
        if not isinstance(row.after, Moment) or row.before.at == row.after.at:
            continue
        ours = row.by.startswith(f"{BY} (") or row.by == BY
        why = row.by.removeprefix(f"{BY} (").removesuffix(")") if ours else ""
        yield Move(
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
            "at": moment_json(one.at, zone),
            "from": moment_json(one.before, zone),
            "to": moment_json(one.after, zone),
            "by": one.by,
            "why": one.why or None,
        }
        for one in moves(rows)
    ]


def _sentence(app: App, move: Move) -> str:
    zone, now = app.zone, app.clock.now()
    was, new = (f"{day(at, zone, now)} {clock(at, zone)}" for at in (move.before, move.after))
    whose = move.by if move.by in (BY, PERSON) else f"you in {_title(app, move.by)}"
    why = f": {move.why}" if move.why else ""
    return f"Moved from {was} to {new} by {whose}, {local(move.at, zone)}{why}."


def _title(app: App, tool: str) -> str:
    return app.registry.get(tool).title if tool in app.registry.names() else tool


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
