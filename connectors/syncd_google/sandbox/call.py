"""One request as the handlers see it: checked, typed, and allowed."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from syncd_google.sandbox import discovery
from syncd_google.sandbox.discovery import ApiMethod
from syncd_google.sandbox.listing import GoogleListings
from syncd_google.sandbox.refusal import changed, invalid, not_found, not_modified, required
from syncd_google.sandbox.state import GoogleAccount, GoogleCalendar

Json = dict[str, Any]
PREFIX = "https://www.googleapis.com/auth/"
OWN = f"{PREFIX}calendar.app.created"
BUSY = f"{PREFIX}calendar.events.freebusy"


@dataclass(slots=True, kw_only=True)
class GoogleCall:
    """One request: ``allowed`` are the caller's scopes that permit the method."""

    account: GoogleAccount
    lists: GoogleListings
    method: ApiMethod
    allowed: frozenset[str]
    params: Json = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def calendar(self, *, busy: bool = False) -> GoogleCalendar:
        """Return the calendar in the path, if the caller may use it.

        With ``busy`` also one of which the caller may see only when it is busy.
        """
        calendar = self.account.calendar(self.params["calendarId"])
        if not self.sees_all(calendar) and not (busy and BUSY in self.allowed):
            raise not_found()
        self.account.answers_yet(calendar)
        return calendar

    def sees_all(self, calendar: GoogleCalendar) -> bool:
        """Say whether the caller's scopes open this calendar entirely."""
        if self.allowed - {OWN, BUSY}:
            return True
        return OWN in self.allowed and calendar.ours

    def expects(self, etag: str) -> None:
        """Refuse a write whose If-Match is of an older version."""
        wanted = self.headers.get("if-match", "*")
        if wanted not in ("*", etag):
            raise changed()

    def fresh(self, etag: str) -> None:
        """Refuse a read whose If-None-Match is of this version."""
        if self.headers.get("if-none-match") == etag:
            raise not_modified()


@dataclass(frozen=True, slots=True)
class GoogleReply:
    """A success."""

    status: int
    body: Json | None = None


def ok(body: Json) -> GoogleReply:
    """Return 200 with a body."""
    return GoogleReply(200, body)


NOTHING = GoogleReply(204)


def parameters(method: ApiMethod, query: str) -> Json:
    """Return the query's parameters in their types; those not described are ignored."""
    found: Json = {}
    for name, texts in parse_qs(query, keep_blank_values=True).items():
        described = method.parameters.get(name)
        if described is None:
            continue
        values = [_typed(name, described, text) for text in texts]
        found[name] = values if described.get("repeated") else values[-1]
    return found


def checked(method: ApiMethod, body: Any) -> Json:
    """Return a request's body, refused where it lacks something or has a wrong type."""
    if method.takes is None:
        return {}
    if not isinstance(body, dict):
        raise invalid("Parse Error")
    wrong = discovery.wrong_type(method.takes, body)
    if wrong is not None:
        raise invalid(f"Invalid value for: {wrong}")
    for name in sorted(method.required):
        if body.get(name) in (None, ""):
            raise required(f"Missing {name}." if name not in ("start", "end") else _time(name))
    return body


def _time(name: str) -> str:
    return f"Missing {name} time."


def _typed(name: str, described: Json, text: str) -> Any:
    where = f"parameter {name}"
    if described["type"] == "boolean":
        if text not in ("true", "false"):
            raise invalid(f"Invalid boolean value: '{text}'.", where)
        return text == "true"
    if described["type"] == "integer":
        return _whole(text, described, where)
    if "enum" in described and text not in described["enum"]:
        raise invalid(f"Invalid string value: '{text}'.", where)
    return text


def _whole(text: str, described: Json, where: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise invalid(f"Invalid integer value: '{text}'.", where) from None
    lowest, highest = described.get("minimum", "1"), described.get("maximum", "2147483647")
    if not int(lowest) <= number <= int(highest):
        raise invalid(f"Invalid value '{text}'.", where)
    return number
