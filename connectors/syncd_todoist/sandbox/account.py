"""The user of the sandbox, with every key that official clients expect."""

from datetime import datetime

from syncd_todoist.sandbox.switches import Switches
from syncd_todoist.sandbox.wire import USER_ID, Json
from syncd_todoist.sandbox.zones import zone_of


def tz_info(zone: str, now: datetime) -> Json:
    """Return a zone as the user object tells it."""
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


def user(zone: str, now: datetime, inbox: str, *, premium: bool) -> Json:
    """Return the user, as the sync resource and ``GET /user`` tell it."""
    return {
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
        "inbox_project_id": inbox,
        "is_celebrations_enabled": True,
        "is_premium": premium,
        "joinable_workspace": None,
        "joined_at": "2026-01-05T08:00:00.000000Z",
        "getting_started_guide_projects": None,
        "karma": 0.0,
        "karma_trend": "-",
        "lang": "en",
        "next_week": 1,
        "premium_status": "current_personal_plan" if premium else "not_premium",
        "premium_until": None,
        "share_limit": 51 if premium else 6,
        "sort_order": 0,
        "start_day": 1,
        "start_page": "inbox",
        "theme_id": "0",
        "time_format": 0,
        "tz_info": tz_info(zone, now),
        "unique_prefix": 1,
        "verification_status": "verified",
        "websocket_url": "wss://ws.todoist.com/ws?token=none",
        "weekend_start_day": 6,
        "weekly_goal": 25,
    }


def plan_limits(switches: Switches) -> Json:
    """Return what the account's plan allows."""
    premium, limits = switches.premium, switches.limits
    return {
        "current": {
            "plan_name": "pro" if premium else "free",
            "max_projects": switches.most_projects,
            "max_sections": limits.sections_per_project,
            "max_tasks": limits.tasks_per_project,
            "max_labels": limits.labels,
            "durations": switches.durations,
            "deadlines": premium,
            "labels_per_task": 100,
            "sections_per_project": limits.sections_per_project,
            "tasks_per_project": limits.tasks_per_project,
        },
        "next": None,
    }
