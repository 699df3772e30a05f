"""The three-way merge of one entity, field by field, with any number of tools.

The cases, for each field that a tool may edit. *Base*: what tool and plan last agreed on (the
tool's own answer, decision 0001). *Fit*: what the tool can hold of the plan's value now.

| the tool shows | the plan | what follows |
| --- | --- | --- |
| its base | the same, or edited | nothing: the plan's edit goes out with the next write |
| what fits of the plan | edited to the same | nothing: both agree |
| another value | as in the base | the tool's value is taken |
| another value | edited since | the later edit wins; the other is a conflict |
| nothing where there was a value | as in the base | the field is emptied |
| values in two tools, both new | as in the base | the later edit wins; the other is a conflict |
| a set (labels, references) | whatever | each tool's additions and removals, against its own base |
| pairs (prompts and answers) | whatever | pair by pair, each as a field of its own |

Where times tie at the coarser side's resolution, or one is unknown: a task that is ticked wins, then
the field's home tool, then any tool over the plan, then the name, so that no order of reading matters.
A moment that lost its zone in a tool takes the plan's zone back.
"""

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
    the plan took over from it. resolution: how fine ``at`` is; home: whether
    that tool's value wins where edit times tie. The store keeps neither: they follow from ``by``.
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
    observations: Sequence[Observation],
    zone: str,
) -> Merged:
    """Merge what the tools show into the plan's fields.

    ``authors`` tells who set each field of the plan last. Moments that come without
    a zone take the one that the plan has for them, else ``zone``. The result does not
    depend on the order of ``observations``.
    """
    changes: list[FieldChange] = []
    conflicts: list[Conflict] = []
    for name, spec in FIELDS[kind].items():
        edits = [seen for seen in observations if _edited(seen, name)]
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


def _edited(observation: Observation, name: str) -> bool:
    """Say whether the tool's user changed this field to something the plan lacks."""
    if name not in observation.editable or name not in observation.observed:
        return False
    observed = observation.observed[name]
    return observed != observation.base.get(name) and observed != observation.fit.get(name)


def _merge_set(name: str, plan: Value, edits: Sequence[Observation]) -> FieldChange | None:
    """Apply every tool's additions and removals against its own base."""
    now = _set(plan)
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    for edit in edits:
        observed, base = _set(edit.observed[name]), _set(edit.base.get(name))
        added |= observed - base
        removed |= base - observed
    result = (now - removed) | added
    if result == now:
        return None
    last = max(edits, key=lambda edit: (edit.edited_at or EPOCH, edit.tool))
    author = Author(by=last.tool, at=last.edited_at)
    return FieldChange(field=name, before=now, after=result, author=author)


def _set(value: Value) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def _distinct(name: str, plan: Fields, edits: Sequence[Observation]) -> bool:
    """Say whether each of several pairs can be told by its first half."""
    sides = [plan, *(side for edit in edits for side in (edit.observed, edit.base, edit.fit))]
    return distinct(*(side.get(name) for side in sides))


def _merge_pairs(
    name: str, plan: Value, author: Author | None, edits: Sequence[Observation]
) -> tuple[FieldChange | None, list[Conflict]]:
    """Merge pairs one by one: what was written under one prompt is no edit of another.

    Their order is that of the last edit; pairs that it does not show come after.
    """
    now, conflicts = as_map(plan), list[Conflict]()
    result = dict(now)
    last = max(edits, key=lambda edit: (edit.edited_at or EPOCH, edit.tool))
    for key in dict.fromkeys(key for edit in edits for key in _edited_pairs(edit, name)):
        theirs = [
            _Contender(
                value=_pair(as_map(edit.observed.get(name)), key),
                author=_by(edit if edit.moved else replace(edit, edited_at=None), name),
            )
            for edit in edits
            if key in _edited_pairs(edit, name)
        ]
        plan_was_seen = all(
            as_map(edit.fit.get(name)).get(key) == as_map(edit.base.get(name)).get(key)
            for edit in edits
        )
        ours = _Contender(value=_pair(now, key), author=author or Author(by="plan", at=None))
        winner, losers = _judge(name, theirs if plan_was_seen else [*theirs, ours])
        conflicts.extend(_conflict(name, winner, loser) for loser in losers)
        result.pop(key, None)
        result |= as_map(winner.value)
    shown = as_map(last.observed[name])
    ordered = [key for key in shown if key in result]
    ordered += [key for key in result if key not in shown]
    after = tuple((key, result[key]) for key in ordered)
    if after == plan:
        return None, conflicts
    who = Author(by=last.tool, at=last.edited_at)
    return FieldChange(field=name, before=plan, after=after, author=who), conflicts


def _edited_pairs(edit: Observation, name: str) -> list[str]:
    """Return the first halves of the pairs that a tool's user changed."""
    observed, base, fit = (
        as_map(side.get(name)) for side in (edit.observed, edit.base, edit.fit)
    )
    keys = dict.fromkeys([*observed, *base])
    return [key for key in keys if observed.get(key) not in (base.get(key), fit.get(key))]


def _pair(pairs: Mapping[str, str], key: str) -> Value:
    return ((key, pairs[key]),) if key in pairs else ()


def _contenders(
    name: str, plan: Value, author: Author | None, edits: Sequence[Observation], zone: str
) -> list[_Contender]:
    """Return the tools' values, and the plan's where some tool had not seen it."""
    contenders = [
        _Contender(value=lift(edit.observed[name], plan, zone), author=_by(edit, name))
        for edit in edits
    ]
    unseen = any(edit.fit.get(name) != edit.base.get(name) for edit in edits)
    if unseen:
        known = author or Author(by="plan", at=None)
        contenders.append(_Contender(value=plan, author=known))
    return contenders


def _by(edit: Observation, name: str) -> Author:
    """Return who made the edit of a field that a tool shows."""
    return Author(
        by=edit.tool,
        at=edit.edited_at,
        resolution=edit.resolution,
        home=name in edit.home,
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
    coarsest = max(side.author.resolution for side in contenders)
    comparable = all(side.author.at is not None for side in contenders)

    def rank(side: _Contender) -> tuple[datetime, bool, bool, bool, str, str]:
        at = _cut(side.author.at or EPOCH, coarsest) if comparable else EPOCH
        ticked = name == "done" and side.value is True
        author = side.author
        return (at, ticked, author.home, author.is_tool, author.by, text_of(side.value))

    ordered = sorted(contenders, key=rank)
    winner = ordered[-1]
    return winner, [side for side in ordered[:-1] if side.value != winner.value]


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
