"""What syncd did to the plan by itself in a period, and why, by the history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncd.model.entities import Kind
from syncd.model.ids import EntityId
from syncd.model.values import Moment
from syncd.review.inputs import Deed, Edit, Inputs
from syncd.review.words import count, day

SHOWN = 5
"""How many moves are told one by one."""
_PREFIX = "syncd ("
_SILENT = frozenset({"time", "planned"})
"""Reasons that go without saying."""


@dataclass(slots=True)
class _Move:
    title: str
    was: Moment | None
    now: Moment | None
    why: str


def deeds(inputs: Inputs) -> tuple[Deed, ...]:
    """Return what syncd moved, placed, took away and assumed, then what it was told of."""
    within = [one for one in inputs.edits if _within(one, inputs) and _ours(one)]
    blocks = [one for one in within if one.kind is Kind.BLOCK]
    made = {one.entity for one in blocks if one.field == ""}
    gone = {one.entity for one in blocks if one.field == "archived" and one.after is True}
    return (
        *_moved(blocks, made, inputs),
        *_counted("placed", made - gone, "block"),
        *_counted("taken away", gone - made, "block", ", no longer needed"),
        *_by_rule(within),
        *inputs.deeds,
    )


def _within(edit: Edit, inputs: Inputs) -> bool:
    period, zone = inputs.period, inputs.zone
    return period.start(zone) <= edit.at < period.end(zone)


def _ours(edit: Edit) -> bool:
    return edit.by.startswith(_PREFIX)


def _moved(blocks: Sequence[Edit], made: Iterable[EntityId], inputs: Inputs) -> Iterable[Deed]:
    moves: dict[EntityId, _Move] = {}
    for one in blocks:
        if one.field != "start" or one.entity in made:
            continue
        was, now = _moment(one.before), _moment(one.after)
        known = moves.setdefault(one.entity, _Move(one.title, was, now, ""))
        known.now, known.why = now, _why(one.by)
    told = [it for it in moves.values() if it.was != it.now]
    for it in told[:SHOWN]:
        yield Deed(what="moved", sentence=_move_words(it, inputs))
    if len(told) > SHOWN:
        yield Deed(what="moved", sentence=f"{len(told) - SHOWN} more blocks were moved.")


def _move_words(one: _Move, inputs: Inputs) -> str:
    year, zone = inputs.period.last.year, inputs.zone
    spans = [
        f"{day(it.local(zone).date(), year)} {it.local(zone):%H:%M}"
        for it in (one.was, one.now)
        if it is not None
    ]
    why = f": {one.why}" if one.why and one.why not in _SILENT else ""
    return f"'{one.title}' moved from {' to '.join(spans)}{why}."


def _counted(
    what: str, found: Iterable[EntityId], noun: str, because: str = ""
) -> Iterable[Deed]:
    number = len(set(found))
    if number:
        verb = "was" if number == 1 else "were"
        yield Deed(what=what, sentence=f"{count(number, noun)} {verb} {what}{because}.")


_RULES: Mapping[str, tuple[str, str]] = {
    "assumed": ("assumed", "counted as done, for nobody said otherwise"),
}


def _by_rule(edits: Sequence[Edit]) -> Iterable[Deed]:
    for rule, (what, words) in _RULES.items():
        number = len({one.entity for one in edits if _why(one.by) == rule})
        if number:
            yield Deed(what=what, sentence=f"{count(number, 'block')} {words}.")
    drafted = {one.entity for one in edits if one.kind is Kind.ACHIEVEMENT and one.field == ""}
    yield from _counted("drafted", drafted, "achievement")


def _why(by: str) -> str:
    return by.removeprefix(_PREFIX).removesuffix(")")


def _moment(value: object) -> Moment | None:
    return value if isinstance(value, Moment) else None
