"""How Todoist writes things: ids, times, objects and errors.

Shapes and key orders are those of recorded replies and of the Todoist API
documentation; what neither shows is chosen here, and a comment says so.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

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


class TodoistError(Exception):
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


def invalid_argument(argument: str) -> TodoistError:
    """400 for one argument."""
    return TodoistError(
        400, 20, "INVALID_ARGUMENT_VALUE", "Invalid argument value", argument=argument
    )


def not_found(what: str) -> TodoistError:
    """404; the ``retry_after`` in it means nothing (recorded)."""
    return TodoistError(404, 478, "NOT_FOUND", f"{what} not found", retry_after=3)


def unauthorized() -> TodoistError:
    """401."""
    return TodoistError(401, 477, "UNAUTHORIZED", "Unauthorized")


def too_many(seconds: int) -> TodoistError:
    """429, as a public issue shows it."""
    message = "Too many requests. Limits reached. Try again later"
    return TodoistError(429, 35, "LIMITS_REACHED", message, retry_after=seconds)


def premium_only(argument: str) -> TodoistError:
    """403 for what only paid plans have; code and tag are chosen."""
    return TodoistError(403, 32, "PREMIUM_ONLY", "Premium only feature", argument=argument)


def limit_reached(what: str, most: int, status: int) -> TodoistError:
    """403, as public programs quote it, for more than the account holds.

    The words, code and tag of "ITEMS" are theirs too; the others' tags end alike
    (Doist/todoist-mcp#531), their words and codes are chosen.
    """
    kind = "items per user project" if what == "ITEMS" else what.lower()
    codes = {"ITEMS": 49, "PROJECTS": 48, "SECTIONS": 50, "LABELS": 51}
    tag = f"MAX_{what}_LIMIT_REACHED"
    words = f"Maximum number of {kind} limit reached"
    return TodoistError(status, codes[what], tag, words, max_count=most)


def words(text: str) -> frozenset[str]:
    """Return the words of ``text``: names of keys."""
    return frozenset(text.split())


def refuse_unknown(args: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse arguments that are not known: stricter than the service may be."""
    for key in args:
        if key not in known:
            raise invalid_argument(key)


def text(value: Any, name: str, limit: int, *, empty: bool = False) -> str:
    """Return a text without spaces around it; 400 where it is too long or empty."""
    if not isinstance(value, str) or len(value) > limit or not (empty or value.strip()):
        raise invalid_argument(name)
    return value.strip()


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


_OFFSET = re.compile(r"GMT ([+-])(\d{1,2}):(\d\d)")


def zone_of(name: str) -> tzinfo:
    """Return the zone of this name. Raises as ``ZoneInfo`` for one that is unknown."""
    offset = _OFFSET.fullmatch(name)
    if offset is None:
        return ZoneInfo(name)
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return timezone(-ahead if offset[1] == "-" else ahead, name)


def tz_info(zone: str, now: datetime) -> Json:
    """Return a zone as the user object has it."""
    local = now.astimezone(zone_of(zone))
    offset = int((local.utcoffset() or local - local).total_seconds()) // 60
    hours, minutes = divmod(abs(offset), 60)
    sign = "-" if offset < 0 else "+"
    return {
        "timezone": zone,
        "hours": -hours if offset < 0 else hours,
        "minutes": minutes,
        "is_dst": 1 if local.dst() else 0,
        "gmt_string": f"{sign}{hours:02}:{minutes:02}",
    }


def user_object(zone: str, now: datetime, inbox: str, *, premium: bool) -> Json:
    """Return the user, as ``/sync`` and ``GET /user`` return it."""
    return {
        **_USER,
        "inbox_project_id": inbox,
        "is_premium": premium,
        "premium_status": "current_personal_plan" if premium else "not_premium",
        "share_limit": 51 if premium else 6,
        "tz_info": tz_info(zone, now),
    }


_USER: Json = {
    "id": USER_ID,
    "email": "reader@example.org",
    "full_name": "A Reader",
    "activated_user": True,
    "auto_reminder": 30,
    "business_account_id": None,
    "completed_count": 0,
    "completed_today": 0,
    "daily_goal": 5,
    "date_format": 0,
    "days_off": [6, 7],
    "feature_identifier": "40010001_feature",
    "features": {
        "karma_disabled": False,
        "restriction": 3,
        "karma_vacation": False,
        "dateist_lang": None,
        "beta": 0,
        "has_push_reminders": True,
        "dateist_inline_disabled": False,
    },
    "has_magic_number": False,
    "has_password": True,
    "image_id": None,
    "inbox_project_id": "",
    "is_celebrations_enabled": True,
    "is_premium": True,
    "joinable_workspace": None,
    "joined_at": "2026-01-05T08:00:00.000000Z",
    "getting_started_guide_projects": None,
    "karma": 0.0,
    "karma_trend": "-",
    "lang": "en",
    "next_week": 1,
    "premium_status": "",
    "premium_until": None,
    "share_limit": 51,
    "sort_order": 0,
    "start_day": 1,
    "start_page": "inbox",
    "theme_id": "0",
    "time_format": 0,
    "tz_info": {},
    "unique_prefix": 1,
    "verification_status": "verified",
    "websocket_url": "wss://ws.todoist.com/ws?token=none",
    "weekend_start_day": 6,
    "weekly_goal": 25,
}
"""Keys in the recorded order."""
