"""One request as the handlers see it: checked against Google's own description of the API,
typed and allowed; and the pages and sync tokens by which a listing is continued.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from googleapiclient import discovery_cache

from syncd_google.sandbox.account import GoogleAccount, GoogleSwitches
from syncd_google.sandbox.model import GoogleCalendar
from syncd_google.sandbox.refusals import (
    changed,
    invalid,
    not_found,
    not_modified,
    required,
    stale_token,
)

Json = dict[str, Any]
PREFIX = "https://www.googleapis.com/auth/"
OWN = f"{PREFIX}calendar.app.created"
BUSY = f"{PREFIX}calendar.events.freebusy"
_DOCUMENT = Path(discovery_cache.__file__).with_name("documents") / "calendar.v3.json"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


@dataclass(frozen=True, slots=True)
class ApiMethod:
    """One method: its id, its address, the scopes that allow it and its parameters."""

    id: str
    verb: str
    path: re.Pattern[str]
    scopes: frozenset[str]
    parameters: dict[str, Any]
    takes: str | None
    required: frozenset[str]


@cache
def document() -> dict[str, Any]:
    """Return the discovery document that ships with Google's client library."""
    content: dict[str, Any] = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
    return content


@cache
def methods() -> tuple[ApiMethod, ...]:
    """Return every method of the API."""
    described = document()
    return tuple(
        _method(method, described)
        for resource in described["resources"].values()
        for method in resource["methods"].values()
    )


def find_method(verb: str, path: str) -> tuple[ApiMethod, dict[str, str]] | None:
    """Return the method at this address, and what stands in the path."""
    for method in methods():
        match = method.path.fullmatch(path) if method.verb == verb else None
        if match:
            return method, {name: unquote(text) for name, text in match.groupdict().items()}
    return None


def wrong_type(schema: str, value: Any) -> str | None:
    """Return which part of a request's body has the wrong type, if any.

    Unknown names are let through, and null, which clears.
    """
    return _wrong_part({"$ref": schema}, value, schema.lower())


def _method(method: dict[str, Any], described: dict[str, Any]) -> ApiMethod:
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(method["path"]))
    taken = method.get("request", {}).get("$ref")
    properties = described["schemas"].get(taken, {}).get("properties", {})
    needed = (
        name
        for name, key in properties.items()
        if method["id"] in key.get("annotations", {}).get("required", ())
    )
    return ApiMethod(
        id=method["id"].removeprefix("calendar."),
        verb=method["httpMethod"],
        path=re.compile(f"{described['basePath']}{pattern}"),
        scopes=frozenset(method.get("scopes", ())),
        parameters=method.get("parameters", {}) | described["parameters"],
        takes=taken,
        required=frozenset(needed),
    )


def _wrong_part(schema: dict[str, Any], value: Any, where: str) -> str | None:
    if "$ref" in schema:
        schema = document()["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if value is None or kind == "any":
        return None
    right = isinstance(value, _TYPES[kind]) and (kind == "boolean") == isinstance(value, bool)
    if not right:
        return where
    for name, inner, part in _parts(schema, value):
        wrong = _wrong_part(inner, part, f"{where}.{name}")
        if wrong:
            return wrong
    return None


def _parts(schema: dict[str, Any], value: Any) -> list[tuple[str, dict[str, Any], Any]]:
    if isinstance(value, list):
        return [(str(n), schema["items"], part) for n, part in enumerate(value)]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    other = schema.get("additionalProperties")
    parts = [(name, known.get(name, other), part) for name, part in value.items()]
    return [(name, inner, part) for name, inner, part in parts if inner is not None]


@dataclass(frozen=True, slots=True)
class RemainingItems:
    """What is left of a listing after a page, and the sync token of its end."""

    items: tuple[Json, ...]
    token: str | None


class GoogleListings:
    """The listings that are under way, by page token."""

    def __init__(self, switches: GoogleSwitches) -> None:
        self._switches = switches
        self._remaining: dict[str, RemainingItems] = {}
        self._made = 0
        self.empty_pages = 0
        """How many of the next listings begin with an empty page."""
        self.largest_page = 2500
        """How many items a page holds at most: it may be fewer than was asked for."""
        self.empty_listings = 0
        """How many of the next listings find nothing."""

    def begin(self, items: list[Json], token: str | None, size: int) -> Json:
        """Return the first page of a listing."""
        if self.empty_listings:
            self.empty_listings -= 1
            items = []
        rest = RemainingItems(tuple(items), token)
        if self.empty_pages:
            self.empty_pages -= 1
            return {"nextPageToken": self._kept(rest), "items": []}
        return self._page(rest, size)

    def forget(self) -> None:
        """Forget every listing that is under way."""
        self._remaining.clear()

    def next(self, page: str, size: int) -> Json:
        """Return a further page."""
        if page not in self._remaining:
            raise invalid("Invalid page token value.", "parameter pageToken")
        return self._page(self._remaining[page], size)

    def _page(self, rest: RemainingItems, size: int) -> Json:
        size = min(size, self.largest_page)
        if len(rest.items) > size:
            again = 1 if self._switches.repeats_rows and size > 1 else 0
            left = RemainingItems(rest.items[size - again :], rest.token)
            return {"nextPageToken": self._kept(left), "items": list(rest.items[:size])}
        end = {"nextSyncToken": rest.token} if rest.token else {}
        return {**end, "items": list(rest.items)}

    def _kept(self, rest: RemainingItems) -> str:
        self._made += 1
        digest = hashlib.sha256(f"page {self._made}".encode()).digest()
        token = base64.urlsafe_b64encode(digest[:18]).decode()
        self._remaining[token] = rest
        return token


def sync_token(account: GoogleAccount, scope: str, query: Json, reached: int) -> str:
    """Return the token from which the changes after the one ``reached`` can be read."""
    kept = {"scope": scope, "change": reached, "epoch": account.epoch, "query": query}
    text = json.dumps(kept, sort_keys=True)
    return "C" + base64.urlsafe_b64encode(text.encode()).decode()


def changes_since(account: GoogleAccount, token: str, scope: str, query: Json) -> int:
    """Return the number of the last change that the token's holder knows.

    The documentation calls the behaviour undefined where the query differs from the
    first one; here it is refused, so that a client that does so is found out.
    """
    try:
        kept = json.loads(base64.urlsafe_b64decode(token[1:]))
        same = token[0] == "C" and kept["scope"] == scope
        change, epoch, asked = int(kept["change"]), kept["epoch"], kept["query"]
    except (ValueError, KeyError, TypeError, IndexError):
        same = False
    if not same:
        raise invalid("Invalid sync token value.", "parameter syncToken")
    if epoch != account.epoch:
        raise stale_token()
    if asked != query:
        raise invalid("The query is not that of the sync token.", "parameter syncToken")
    return change


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
    typed: Json = {}
    for name, texts in parse_qs(query, keep_blank_values=True).items():
        described = method.parameters.get(name)
        if described is None:
            continue
        values = [_typed(name, described, text) for text in texts]
        typed[name] = values if described.get("repeated") else values[-1]
    return typed


def checked(method: ApiMethod, body: Any) -> Json:
    """Return a request's body, refused where it lacks something or has a wrong type."""
    if method.takes is None:
        return {}
    if not isinstance(body, dict):
        raise invalid("Parse Error")
    wrong = wrong_type(method.takes, body)
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
