"""The three-way merge of one entity, field by field, with any number of tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from syncd.model.entities import Kind
from syncd.model.schema import FIELDS, Fields, text_of
from syncd.model.values import SETS, FieldType, Moment, Value, as_map, distinct

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who set a field, and when by our clock; ``at`` is None where nobody knows.

    A tool's edit is one wherever it is met: as what the tool shows, or later as what
    the plan took over from it. resolution: how fine ``at`` is; home: whether the field
    is at home in that tool. The store keeps neither: they follow from ``by``.
    """

    by: str
    at: datetime | None
    resolution: timedelta = timedelta(0)
    home: bool = False
    is_tool: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one tool shows of an entity, against what it and syncd last agreed on.

    fit: what the tool can hold of the plan's fields as they stand now.
    edited_at: the tool's own edit time, corrected to our clock; moved: it is another than
    when the two last agreed (an edit of a page's text need not move it).
    resolution: how fine that time is.
    editable: the fields whose changes count; home: where this tool wins a tie.
    """

    tool: str
    observed: Fields
    base: Fields
    fit: Fields
    editable: frozenset[str]
    home: frozenset[str] = frozenset()
    edited_at: datetime | None = None
    resolution: timedelta = timedelta(0)
    moved: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of the plan that took a new value."""

    field: str
    before: Value
    after: Value
    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A value that lost: another was set since the two sides last agreed."""

    field: str
    won: Value
    won_by: str
    lost: Value
    lost_by: str
    lost_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge changes in the plan, and what it had to pass over."""

    changes: tuple[FieldChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contender:
    value: Value
    author: Author


def merge(
    kind: Kind,
    plan: Fields,
    authors: Mapping[str, Author],
    sightings: Sequence[Observation],
    zone: str,
) -> Merged:
    """Merge what the tools show into the plan's fields.

    ``authors`` tells who set each field of the plan last. Moments that come without
    a zone take the one that the plan has for them, else ``zone``. The result does not
    depend on the order of ``sightings``.
    """
    changes: list[FieldChange] = []
    conflicts: list[Conflict] = []
    for name, spec in FIELDS[kind].items():
        edits = [one for one in sightings if _edited(one, name)]
        if not edits:
            continue
        if spec.type in SETS:
            change = _merge_set(name, plan[name], edits)
            if change is not None:
                changes.append(change)
            continue
        if spec.type is FieldType.PAIRS and _distinct(name, plan, edits):
            change, lost = _merge_pairs(name, plan[name], authors.get(name), edits)
            conflicts.extend(lost)
            changes.extend([change] if change is not None else [])
            continue
        contenders = _contenders(name, plan[name], authors.get(name), edits, zone)
        winner, losers = _judge(name, contenders)
        conflicts.extend(_conflict(name, winner, loser) for loser in losers)
        if winner.value != plan[name]:
            changes.append(
                FieldChange(
                    field=name, before=plan[name], after=winner.value, author=winner.author
                )
            )
    return Merged(changes=tuple(changes), conflicts=tuple(conflicts))


def _edited(sighting: Observation, name: str) -> bool:
    """Say whether the tool's user changed this field to something the plan lacks."""
    if name not in sighting.editable or name not in sighting.observed:
        return False
    observed = sighting.observed[name]
    return observed != sighting.base.get(name) and observed != sighting.fit.get(name)


def _merge_set(name: str, plan: Value, edits: Sequence[Observation]) -> FieldChange | None:
    """Apply every tool's additions and removals against its own base."""
    now = _set(plan)
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    for one in edits:
        observed, base = _set(one.observed[name]), _set(one.base.get(name))
        added |= observed - base
        removed |= base - observed
    result = (now - removed) | added
    if result == now:
        return None
    last = max(edits, key=lambda one: (one.edited_at or EPOCH, one.tool))
    author = Author(by=last.tool, at=last.edited_at)
    return FieldChange(field=name, before=now, after=result, author=author)


def _set(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def _distinct(name: str, plan: Fields, edits: Sequence[Observation]) -> bool:
    """Say whether each of several pairs can be told by its first half."""
    sides = [plan, *(side for one in edits for side in (one.observed, one.base, one.fit))]
    return distinct(*(side.get(name) for side in sides))


def _merge_pairs(
    name: str, plan: Value, author: Author | None, edits: Sequence[Observation]
) -> tuple[FieldChange | None, list[Conflict]]:
    """Merge pairs one by one: what was written under one prompt is no edit of another.

    Their order is that of the last edit; pairs that it does not show come after.
    """
    now, conflicts = as_map(plan), list[Conflict]()
    result = dict(now)
    last = max(edits, key=lambda one: (one.edited_at or EPOCH, one.tool))
    for key in dict.fromkeys(it for one in edits for it in _touched(one, name)):
        told = [
            _Contender(
                value=_one(as_map(one.observed.get(name)), key),
                author=_by(one if one.moved else replace(one, edited_at=None), name),
            )
            for one in edits
            if key in _touched(one, name)
        ]
        seen = all(
            as_map(one.fit.get(name)).get(key) == as_map(one.base.get(name)).get(key)
            for one in edits
        )
        ours = _Contender(value=_one(now, key), author=author or Author(by="plan", at=None))
        winner, losers = _judge(name, told if seen else [*told, ours])
        conflicts.extend(_conflict(name, winner, loser) for loser in losers)
        result.pop(key, None)
        result |= as_map(winner.value)
    shown = as_map(last.observed[name])
    ordered = [it for it in shown if it in result] + [it for it in result if it not in shown]
    after = tuple((key, result[key]) for key in ordered)
    if after == plan:
        return None, conflicts
    who = Author(by=last.tool, at=last.edited_at)
    return FieldChange(field=name, before=plan, after=after, author=who), conflicts


def _touched(one: Observation, name: str) -> list[str]:
    """Return the first halves of the pairs that a tool's user changed."""
    observed, base, fit = (as_map(it.get(name)) for it in (one.observed, one.base, one.fit))
    keys = dict.fromkeys([*observed, *base])
    return [it for it in keys if observed.get(it) not in (base.get(it), fit.get(it))]


def _one(pairs: Mapping[str, str], key: str) -> Value:
    return ((key, pairs[key]),) if key in pairs else ()


def _contenders(
    name: str, plan: Value, author: Author | None, edits: Sequence[Observation], zone: str
) -> list[_Contender]:
    """Return the tools' values, and the plan's where some tool had not seen it."""
    found = [
        _Contender(value=lift(one.observed[name], plan, zone), author=_by(one, name))
        for one in edits
    ]
    unseen = any(one.fit.get(name) != one.base.get(name) for one in edits)
    if unseen:
        known = author or Author(by="plan", at=None)
        found.append(_Contender(value=plan, author=known))
    return found


def _by(one: Observation, name: str) -> Author:
    """Return who made the edit of a field that a tool shows."""
    return Author(
        by=one.tool,
        at=one.edited_at,
        resolution=one.resolution,
        home=name in one.home,
        is_tool=True,
    )


def lift(observed: Value, plan: Value, zone: str) -> Value:
    """Give a moment that lost its zone in the tool the plan's zone back."""
    if not isinstance(observed, Moment) or observed.zone is not None:
        return observed
    kept = plan.zone if isinstance(plan, Moment) and plan.zone else zone
    return Moment(observed.at, kept)


def _judge(name: str, contenders: Sequence[_Contender]) -> tuple[_Contender, list[_Contender]]:
    """Return the winner, and those whose different value it beat."""
    coarsest = max(one.author.resolution for one in contenders)
    comparable = all(one.author.at is not None for one in contenders)

    def rank(one: _Contender) -> tuple[datetime, bool, bool, bool, str, str]:
        at = _cut(one.author.at or EPOCH, coarsest) if comparable else EPOCH
        ticked = name == "done" and one.value is True
        author = one.author
        return (at, ticked, author.home, author.is_tool, author.by, text_of(one.value))

    ordered = sorted(contenders, key=rank)
    winner = ordered[-1]
    return winner, [one for one in ordered[:-1] if one.value != winner.value]


def _cut(at: datetime, resolution: timedelta) -> datetime:
    return at if not resolution else at - (at - EPOCH) % resolution


def _conflict(name: str, winner: _Contender, loser: _Contender) -> Conflict:
    return Conflict(
        field=name,
        won=winner.value,
        won_by=winner.author.by,
        lost=loser.value,
        lost_by=loser.author.by,
        lost_at=loser.author.at,
    )
