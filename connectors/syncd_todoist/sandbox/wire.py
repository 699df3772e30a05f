"""How Todoist writes things: ids, times, objects and errors.

Shapes and key orders are those of recorded replies and of the Todoist API
documentation; what neither tells is chosen here and said so in a comment.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

ALPHABET = "23456789CFGHJMPQRVWXcfghjmpqrvwx"
"""The 32 symbols of ids, as recorded."""
USER_ID = "40010001"


def object_id(counter: int) -> str:
    """Return the id of the counter's object: 16 symbols, always the same."""
    digest = hashlib.sha256(f"todoist-{counter}".encode()).digest()
    return "".join(ALPHABET[byte % 32] for byte in digest[:16])


def is_id(text: Any) -> bool:
    """Say whether ``text`` has the shape of an id."""
    return isinstance(text, str) and len(text) == 16 and set(text) <= set(ALPHABET)


def moment(at: datetime) -> str:
    """Return an instant with its six digits of a second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class ApiError(Exception):
    """A refusal: the status, and the body that comes with it."""

    def __init__(self, status: int, code: int, tag: str, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {
            "error": error,
            "error_code": code,
            "error_extra": {"event_id": "0f0f0f0f0f0f0f0f", **extra},
            "error_tag": tag,
            "http_code": status,
        }


def bad(argument: str) -> ApiError:
    """400 for one argument."""
    return ApiError(
        400, 20, "INVALID_ARGUMENT_VALUE", "Invalid argument value", argument=argument
    )


def not_found(what: str) -> ApiError:
    """404; the ``retry_after`` in it means nothing (recorded)."""
    return ApiError(404, 478, "NOT_FOUND", f"{what} not found", retry_after=3)


def unauthorized() -> ApiError:
    """401."""
    return ApiError(401, 477, "UNAUTHORIZED", "Unauthorized")


def too_many(seconds: int) -> ApiError:
    """429, as a public issue shows it."""
    said = "Too many requests. Limits reached. Try again later"
    return ApiError(429, 35, "LIMITS_REACHED", said, retry_after=seconds)


def premium_only(argument: str) -> ApiError:
    """403 for what only paid plans have; code and tag are chosen."""
    return ApiError(403, 32, "PREMIUM_ONLY", "Premium only feature", argument=argument)


def limit_reached(what: str, most: int, status: int) -> ApiError:
    """403, as public programs quote it, for more than the account holds.

    The words, code and tag of "ITEMS" are theirs too; the others' tags end alike
    (Doist/todoist-mcp#531), their words and codes are chosen.
    """
    said = "items per user project" if what == "ITEMS" else what.lower()
    codes = {"ITEMS": 49, "PROJECTS": 48, "SECTIONS": 50, "LABELS": 51}
    tag = f"MAX_{what}_LIMIT_REACHED"
    words = f"Maximum number of {said} limit reached"
    return ApiError(status, codes[what], tag, words, max_count=most)


def new_item(item: str, at: tuple[str, str]) -> Json:
    """Return a task with nothing in it yet; keys in the recorded order."""
    return {
        "user_id": USER_ID,
        "id": item,
        "project_id": "",
        "section_id": None,
        "parent_id": None,
        "added_by_uid": USER_ID,
        "assigned_by_uid": None,
        "responsible_uid": None,
        "labels": [],
        "deadline": None,
        "duration": None,
        "is_collapsed": False,
        "checked": False,
        "is_deleted": False,
        "added_at": at[0],
        "completed_at": None,
        "completed_by_uid": None,
        "updated_at": at[1],
        "due": None,
        "priority": 1,
        "child_order": 0,
        "order_key": None,
        "content": "",
        "description": "",
        "note_count": 0,
        "day_order": -1,
        "goal_ids": [],
        "completed_count": 0,
        "postponed_count": 0,
    }


def new_project(project: str, at: tuple[str, str]) -> Json:
    """Return a personal project."""
    return {
        "id": project,
        "can_assign_tasks": False,
        "can_comment": True,
        "child_order": 0,
        "is_collapsed": False,
        "color": "charcoal",
        "creator_uid": USER_ID,
        "created_at": at[0],
        "is_archived": False,
        "is_deleted": False,
        "is_favorite": False,
        "is_frozen": False,
        "name": "",
        "is_shared": False,
        "updated_at": at[1],
        "view_style": "list",
        "default_order": 0,
        "description": "",
        "public_access": False,
        "public_key": "5e000000-0000-4000-8000-00000000aa01",
        "access": {"visibility": "restricted", "configuration": {}},
        "role": "CREATOR",
        "goal_ids": [],
        "parent_id": None,
        "inbox_project": False,
    }


def new_section(section: str, at: tuple[str, str]) -> Json:
    """Return a section."""
    return {
        "id": section,
        "user_id": USER_ID,
        "project_id": "",
        "added_at": at[0],
        "updated_at": at[1],
        "archived_at": None,
        "name": "",
        "description": None,
        "section_order": 0,
        "is_collapsed": False,
        "is_archived": False,
        "is_deleted": False,
        "goal_ids": [],
    }


def new_label(label: str) -> Json:
    """Return a personal label."""
    return {"id": label, "name": "", "color": "charcoal", "order": 0, "is_favorite": False}


def new_note(note: str, at: tuple[str, str]) -> Json:
    """Return a comment."""
    return {
        "id": note,
        "posted_uid": USER_ID,
        "content": "",
        "file_attachment": None,
        "uids_to_notify": None,
        "is_deleted": False,
        "posted_at": at[0],
        "reactions": None,
    }
