"""The plan as it was at an earlier instant, by its history."""

from collections.abc import Iterable
from datetime import datetime

from syncd.model.entities import Entity, kind_of, replace
from syncd.model.ids import EntityId
from syncd.model.plan import Plan
from syncd.model.schema import FIELDS
from syncd.review.inputs import Edit

_Known = tuple[EntityId, str]


def plan_as_of(
    entities: Iterable[Entity], edits: Iterable[Edit], moment: datetime, *, unborn: bool = False
) -> Plan:
    """Return the plan as it was at ``moment``: what happened later is taken back.

    edits: oldest first. Derived fields are in no history: they stay as they are. unborn:
    what came into the plan later is there too, as it was when it came.
    """
    found = {one.id: one for one in entities}
    settled: set[_Known] = set()
    for edit in reversed(tuple(edits)):
        known = (edit.entity, edit.field)
        if edit.entity not in found or known in settled:
            continue
        if edit.at <= moment:
            settled.add(known)
            continue
        if edit.field == "" and not unborn:
            del found[edit.entity]
        elif edit.field in FIELDS[kind_of(found[edit.entity])]:
            back = {edit.field: edit.before}
            found[edit.entity] = replace(found[edit.entity], **back)
    return Plan.of(found.values())
