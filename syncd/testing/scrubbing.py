"""Takes secrets and people out of a conversation before it is kept.

What it leaves is the same for the same input and is left alone when scrubbed again:
so a request that is made from a scrubbed reply is the request that was kept.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SECRET = "scrubbed"  # noqa: S105  # what stands where a secret was
ORIGIN = "https://service.invalid"
"""What stands where the service's origin was."""

SECRETS = frozenset(
    {
        "access_token",
        "api_token",
        "assertion",
        "client_id",
        "client_secret",
        "id_token",
        "password",
        "refresh_token",
        "token",
        "websocket_url",
    }
)
"""Names under which a value is a secret, in JSON and in forms."""

PEOPLE = frozenset(
    {
        "attendees",
        "bot",
        "collaborators",
        "created_by",
        "creator",
        "last_edited_by",
        "organizer",
        "owner",
        "people",
        "person",
        "user",
        "users",
    }
)
"""Names under which a value is a person, or several."""

PERSONAL = frozenset(
    {
        "added_by_uid",
        "assigned_by_uid",
        "avatar_big",
        "avatar_medium",
        "avatar_s640",
        "avatar_small",
        "avatar_url",
        "completed_by_uid",
        "creator_id",
        "creator_uid",
        "displayName",
        "full_name",
        "image_id",
        "responsible_uid",
        "uid",
        "user_id",
        "workspace_id",
        "workspace_name",
    }
)
"""Names under which a value tells who someone is, wherever they stand."""

_OF_A_PERSON = PERSONAL | {"email", "id", "name"}
_KEPT_REQUEST = frozenset({"accept", "content-type", "if-match", "if-none-match"})
_KEPT_REPLY = frozenset({"content-type", "date", "etag", "retry-after"})
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+(?:@|%40)((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
_EVENT = re.compile(r"(\beid=)[\w%-]+")
"""In links to events of Google Calendar, the calendar's address in base64."""

_NO_ONES = re.compile(
    r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|invalid|test|localhost"
    r"|(?:group|resource|import)\.calendar\.google\.com)"
)
"""Domains whose addresses are no person's: kept for documents, or a calendar's own."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_ONE = "00000000-0000-4000-8000-"
_NUMBERED = re.compile(rf"person-\d+|{_NO_ONE}\d{{12}}|999999\d{{3}}")


class Scrubber:
    """Scrubs one conversation.

    origins: those of the service, to be told as ``ORIGIN``.
    secrets: texts that must not be seen anywhere, wherever they stand.
    """

    def __init__(self, origins: Iterable[str], secrets: Iterable[str]) -> None:
        self._texts = {origin: ORIGIN for origin in origins if origin != ORIGIN}
        self._texts |= {secret: SECRET for secret in secrets if secret}
        self._people: dict[str, int] = {}

    def url(self, url: str) -> str:
        """Return the address with its origin told as ``ORIGIN``, no one in it."""
        parts = urlsplit(url)
        query = [
            (name, self._form(name, value))
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
        path = self.text(parts.path)
        return urlunsplit((*ORIGIN.split("://"), path, urlencode(query), ""))

    def request_headers(self, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of a request's headers says what is asked."""
        return self._headers(headers, _KEPT_REQUEST)

    def reply_headers(self, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of a reply's headers a client acts on."""
        return self._headers(headers, _KEPT_REPLY)

    def body(self, body: bytes) -> bytes:
        """Return a body, JSON or a form or any text, without secrets and people."""
        text = body.decode(errors="replace")
        try:
            return json.dumps(self.json(json.loads(text)), ensure_ascii=False).encode()
        except ValueError:
            pass
        if re.fullmatch(r"[\w.-]+=[^\s=]*(?:&[\w.-]+=[^\s=]*)*", text):
            pairs = parse_qsl(text, keep_blank_values=True)
            return urlencode(
                [(name, self._form(name, value)) for name, value in pairs]
            ).encode()
        return self.text(text).encode()

    def json(self, value: Any, name: str = "", *, person: bool = False) -> Any:
        """Return a JSON value without secrets and people; ``name`` is where it stands."""
        if isinstance(value, dict):
            person = person or name in PEOPLE or value.get("object") == "user"
            return {key: self.json(entry, key, person=person) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.json(entry, name, person=person) for entry in value]
        if value is None or isinstance(value, bool):
            return value
        if name in SECRETS:
            return SECRET
        if name in (_OF_A_PERSON if person else PERSONAL):
            return self._someone(value)
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return a text without the origins, the secrets and anyone's address."""
        for old, new in self._texts.items():
            text = text.replace(old, new)
        return _EMAIL.sub(self._address, _EVENT.sub(rf"\1{SECRET}", text))

    def _headers(self, headers: Mapping[str, Any], kept: frozenset[str]) -> dict[str, Any]:
        return {
            name: [self.text(entry) for entry in value]
            if isinstance(value, list)
            else self.text(value)
            for name, value in headers.items()
            if name.lower() in kept or name.lower().endswith("-version")
        }

    def _form(self, name: str, value: str) -> str:
        if name in SECRETS:
            return SECRET
        if value[:1] in ("[", "{"):
            return self.body(value.encode()).decode()
        return self.text(value)

    def _address(self, match: re.Match[str]) -> str:
        if _NO_ONES.fullmatch(match[1].lower()):
            return match[0]
        return f"person-{self._number(match[0].replace('%40', '@'))}@example.org"

    def _someone(self, value: str | float) -> str | int:
        text = str(value)
        if not text or "@" in text or _NUMBERED.fullmatch(text):
            return self.text(value) if isinstance(value, str) else int(value)
        number = self._number(text)
        if not isinstance(value, str):
            return 999_999_000 + number
        if value.isdecimal():
            return f"999999{number:03}"
        return f"{_NO_ONE}{number:012}" if _UUID.fullmatch(value) else f"person-{number}"

    def _number(self, who: str) -> int:
        return self._people.setdefault(who, len(self._people) + 1)
