"""How long a service asks to wait: seconds or a date, in a header or in a body."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from syncd.errors import wait_of


def http_date(text: object) -> datetime | None:
    """Return the instant that a Date or a Retry-After header names; None for no such."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return None  # what that parser raises depends on what is wrong with the text
    return found if found.tzinfo is not None else None


def asked_wait(raw: object, now: datetime | None) -> float | None:
    """Return the seconds that ``raw`` asks for; ``now``: the service's own time, if known."""
    raw = raw.strip() if isinstance(raw, str) else raw
    seconds = wait_of(raw)
    until = http_date(raw) if seconds is None and now is not None else None
    if until is None or now is None:
        return seconds
    return wait_of(max(0.0, (until - now).total_seconds()))
