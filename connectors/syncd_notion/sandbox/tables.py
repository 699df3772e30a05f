"""The databases of a career plan as a person reads them: titles and columns."""

from collections.abc import Mapping

from syncd.model.entities import Kind

TABLES: Mapping[Kind, str] = {
    Kind.PROFILE: "Profile",
    Kind.GOAL: "Goals",
    Kind.MILESTONE: "Milestones",
    Kind.SKILL: "Skills",
    Kind.RESOURCE: "Resources",
    Kind.TASK: "Tasks",
    Kind.CONTACT: "Contacts",
    Kind.ACHIEVEMENT: "Achievements",
    Kind.REVIEW: "Reviews",
    Kind.BLOCK: "",
}

_OWN_NAMES: Mapping[str, str] = {
    "title": "Name",
    "smart_gaps": "SMART check",
    "url": "URL",
    "estimate_minutes": "Estimate",
    "recurrence": "Repeat",
    "cadence_days": "Every",
    "evidence_url": "Evidence",
    "period_start": "Period",
    "period_end": "Period",
}

_FIELDS: Mapping[Kind, str] = {
    Kind.PROFILE: "title aspect horizon notes",
    Kind.GOAL: (
        "title status horizon priority measure unit baseline target current achievable why due"
        " weekly_minutes notes progress pace smart_gaps"
    ),
    Kind.MILESTONE: "title goal due done notes",
    Kind.SKILL: "title category level target_level goals notes gap",
    Kind.RESOURCE: "title type url cost currency status skill goal notes",
    Kind.TASK: (
        "title goal milestone skill resource due estimate_minutes priority labels recurrence"
        " done notes minutes_done minutes_planned next_block"
    ),
    Kind.CONTACT: "title role email cadence_days last_contact notes next_contact",
    Kind.ACHIEVEMENT: "title date impact evidence_url goal skill notes",
    Kind.REVIEW: "title kind period_start period_end",
    Kind.BLOCK: "",
}


def _heading(field: str) -> str:
    words = field.replace("_", " ")
    return _OWN_NAMES.get(field, words[:1].upper() + words[1:])


COLUMNS: Mapping[Kind, Mapping[str, str]] = {
    kind: {field: _heading(field) for field in fields.split()}
    for kind, fields in _FIELDS.items()
}
