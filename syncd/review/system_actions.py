"""What syncd did to the plan by itself in a period, and why, by the history."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.model.values import Moment
from syncd.review.inputs import Edit, Inputs, SystemAction
from syncd.text import count, short_day

SHOWN = 5
"""How many moves are listed one by one."""
_PREFIX = "syncd ("
_SELF_EVIDENT = frozenset({"time", "planned"})
"""Reasons that go without saying."""
_ASSUMED = "assumed"


@dataclass(slots=True)
class _Move:
    title: str
    was: Moment | None
    now: Moment | None
    why: str


def system_actions(inputs: Inputs) -> tuple[SystemAction, ...]:
    """Return what syncd moved, placed, took away and assumed, then what its inputs hold."""
    within = [edit for edit in inputs.edits if _within(edit, inputs) and _ours(edit)]
    blocks = [edit for edit in within if edit.kind is Kind.BLOCK]
    created = {edit.entity for edit in blocks if edit.field == ""}
    removed = {
        edit.entity for edit in blocks if edit.field == "archived" and edit.after is True
    }
    return (
        *_moved(blocks, created, inputs),
        *_counted("placed", created - removed, "block"),
        *_counted("taken away", removed - created, "block", ", no longer needed"),
        *_assumed(within),
        *_drafted(within),
        *inputs.system_actions,
    )


def _within(edit: Edit, inputs: Inputs) -> bool:
    period, zone = inputs.period, inputs.zone
    return period.start(zone) <= edit.at < period.end(zone)


def _ours(edit: Edit) -> bool:
    return edit.by.startswith(_PREFIX)


def _moved(
    edits: Sequence[Edit], created: Collection[EntityId], inputs: Inputs
) -> Iterator[SystemAction]:
    moves: dict[EntityId, _Move] = {}
    for edit in edits:
        if edit.field != "start" or edit.entity in created:
            continue
        was, now = _moment(edit.before), _moment(edit.after)
        move = moves.setdefault(edit.entity, _Move(edit.title, was, now, ""))
        move.now, move.why = now, _why(edit.by)
    moved = [move for move in moves.values() if move.was != move.now]
    for move in moved[:SHOWN]:
        yield SystemAction(what="moved", sentence=_move_words(move, inputs))
    if len(moved) > SHOWN:
        more = f"{len(moved) - SHOWN} more blocks were moved."
        yield SystemAction(what="moved", sentence=more)


def _move_words(move: _Move, inputs: Inputs) -> str:
    year, zone = inputs.period.last.year, inputs.zone
    places = [
        f"{short_day(moment.local(zone).date(), year)} {moment.local(zone):%H:%M}"
        for moment in (move.was, move.now)
        if moment is not None
    ]
    why = f": {move.why}" if move.why and move.why not in _SELF_EVIDENT else ""
    return f"'{move.title}' moved from {' to '.join(places)}{why}."


def _counted(
    what: str, entities: Collection[EntityId], noun: str, because: str = ""
) -> Iterator[SystemAction]:
    number = len(entities)
    if number:
        verb = "was" if number == 1 else "were"
        sentence = f"{count(number, noun)} {verb} {what}{because}."
        yield SystemAction(what=what, sentence=sentence)


def _assumed(edits: Sequence[Edit]) -> Iterator[SystemAction]:
    number = len({edit.entity for edit in edits if _why(edit.by) == _ASSUMED})
    if number:
        sentence = f"{count(number, 'block')} counted as done, for nobody said otherwise."
        yield SystemAction(what=_ASSUMED, sentence=sentence)


def _drafted(edits: Sequence[Edit]) -> Iterator[SystemAction]:
    drafted = {
        edit.entity for edit in edits if edit.kind is Kind.ACHIEVEMENT and edit.field == ""
    }
    yield from _counted("drafted", drafted, "achievement")


def _why(by: str) -> str:
    return by.removeprefix(_PREFIX).removesuffix(")")


def _moment(value: object) -> Moment | None:
    return value if isinstance(value, Moment) else None
