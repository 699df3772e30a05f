"""What each database holds: its title, and a column for each field of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.model.entities import Kind
from syncd.model.fields import FieldSpec, FieldType
from syncd.model.schema import FIELDS

MARK = "Sync ID"
"""The column in which syncd keeps the entity's id."""

TYPES: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: ("rich_text", "select", "url", "email", "phone_number"),
    FieldType.WORD: ("select", "status"),
    FieldType.PRIORITY: ("select", "status"),
    FieldType.INT: ("number",),
    FieldType.NUMBER: ("number",),
    FieldType.BOOL: ("checkbox",),
    FieldType.DATE: ("date",),
    FieldType.DUE: ("date",),
    FieldType.MOMENT: ("date",),
    FieldType.REF: ("relation",),
    FieldType.REFS: ("relation",),
    FieldType.LABELS: ("multi_select",),
}
"""The Notion types that can hold a field; the first is the one that syncd makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field's column: its default name, and the types it may have."""

    name: str
    types: tuple[str, ...]
    percent: bool = False
    spec: FieldSpec


TITLES: Mapping[Kind, str] = {
    Kind.PROFILE: "Profile",
    Kind.GOAL: "Goals",
    Kind.MILESTONE: "Milestones",
    Kind.SKILL: "Skills",
    Kind.RESOURCE: "Resources",
    Kind.TASK: "Tasks",
    Kind.CONTACT: "Contacts",
    Kind.ACHIEVEMENT: "Achievements",
    Kind.REVIEW: "Reviews",
}

_NAMES: Mapping[Kind, Mapping[str, str]] = {
    Kind.PROFILE: {
        "title": "Name",
        "aspect": "Aspect",
        "horizon": "Horizon",
        "notes": "Notes",
    },
    Kind.GOAL: {
        "title": "Name",
        "status": "Status",
        "horizon": "Horizon",
        "priority": "Priority",
        "measure": "Measure",
        "unit": "Unit",
        "baseline": "Baseline",
        "target": "Target",
        "current": "Current",
        "achievable": "Achievable",
        "why": "Why",
        "due": "Due",
        "weekly_minutes": "Weekly minutes",
        "notes": "Notes",
        "progress": "Progress",
        "pace": "Pace",
        "smart_gaps": "SMART check",
    },
    Kind.MILESTONE: {
        "title": "Name",
        "goal": "Goal",
        "due": "Due",
        "done": "Done",
        "notes": "Notes",
    },
    Kind.SKILL: {
        "title": "Name",
        "category": "Category",
        "level": "Level",
        "target_level": "Target level",
        "goals": "Goals",
        "notes": "Notes",
        "gap": "Gap",
    },
    Kind.RESOURCE: {
        "title": "Name",
        "type": "Type",
        "url": "URL",
        "cost": "Cost",
        "currency": "Currency",
        "status": "Status",
        "skill": "Skill",
        "goal": "Goal",
        "notes": "Notes",
    },
    Kind.TASK: {
        "title": "Name",
        "goal": "Goal",
        "milestone": "Milestone",
        "skill": "Skill",
        "resource": "Resource",
        "due": "Due",
        "estimate_minutes": "Estimate",
        "priority": "Priority",
        "labels": "Labels",
        "recurrence": "Repeat",
        "done": "Done",
        "notes": "Notes",
        "minutes_done": "Minutes done",
        "minutes_planned": "Minutes planned",
        "next_block": "Next block",
    },
    Kind.CONTACT: {
        "title": "Name",
        "role": "Role",
        "email": "Email",
        "cadence_days": "Every",
        "last_contact": "Last contact",
        "notes": "Notes",
        "next_contact": "Next contact",
    },
    Kind.ACHIEVEMENT: {
        "title": "Name",
        "date": "Date",
        "impact": "Impact",
        "evidence_url": "Evidence",
        "goal": "Goal",
        "skill": "Skill",
        "notes": "Notes",
    },
    Kind.REVIEW: {
        "title": "Name",
        "kind": "Kind",
        "period_start": "Period",
        "period_end": "Period",
    },
}

_TYPES_OF: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "url": ("url", "rich_text"),
    "evidence_url": ("url", "rich_text"),
    "email": ("email", "rich_text"),
    "currency": ("select", "rich_text"),
}


def _column(kind: Kind, field: str, name: str) -> Column:
    spec = FIELDS[kind][field]
    return Column(
        name=name,
        types=_TYPES_OF.get(field, TYPES[spec.type]),
        percent=field == "progress",
        spec=spec,
    )


COLUMNS: Mapping[Kind, Mapping[str, Column]] = {
    kind: {field: _column(kind, field, name) for field, name in names.items()}
    for kind, names in _NAMES.items()
}
"""The columns of every kind by field; both ends of a review's period share one."""
