"""Every reply of the sandbox against Google's own description of the API.

The description says which properties each kind of resource has and of what types.
A reply with a property that it does not know, or of another type, is a mistake of the
sandbox. So is an event whose etag is not twice its time of editing.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from googleapiclient import discovery_cache

DOCUMENT = Path(discovery_cache.__file__).with_name("documents") / "calendar.v3.json"
SCHEMAS: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["schemas"]
BY_KIND = {
    value["properties"]["kind"]["default"]: name
    for name, value in SCHEMAS.items()
    if "default" in value.get("properties", {}).get("kind", {})
}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


def faults(reply: Any) -> list[str]:
    """Return what is wrong with a reply, by its ``kind``; nothing when all is well."""
    name = BY_KIND.get(reply.get("kind", "")) if isinstance(reply, dict) else None
    if name is None:
        return [f"no schema has the kind of {str(reply)[:80]}"]
    return [*_faults({"$ref": name}, reply, name), *_etags(reply)]


def _faults(schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "any":
        return
    if not _is_a(kind, value):
        yield f"{where} is no {kind}: {value!r}"
        return
    form = {"date-time": DATE_TIME, "date": DATE}.get(schema.get("format", ""))
    if form and not form.fullmatch(value):
        yield f"{where} is no {schema['format']}: {value!r}"
    if kind == "array":
        for number, part in enumerate(value):
            yield from _faults(schema["items"], part, f"{where}[{number}]")
    if kind == "object":
        yield from _parts(schema, value, where)


def _is_a(kind: str, value: object) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _parts(schema: dict[str, Any], value: dict[str, Any], where: str) -> Iterator[str]:
    for name, part in value.items():
        inner = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
        if inner is None:
            yield f"{where}.{name} is not described"
        else:
            yield from _faults(inner, part, f"{where}.{name}")


def _etags(reply: dict[str, Any]) -> Iterator[str]:
    for event in [reply, *reply.get("items", [])]:
        if event.get("kind") != "calendar#event" or not {"etag", "updated"} <= set(event):
            continue
        micros = int(event["etag"].strip('"')) / 2
        edited = datetime.fromisoformat(event["updated"]).timestamp()
        if not 0 <= micros / 1_000_000 - edited < 0.001:
            yield f"{event['id']} has the etag {event['etag']} but was updated {event['updated']}"


def error_faults(reply: Any) -> list[str]:
    """Return what is wrong with the body of an error."""
    error = reply.get("error") if isinstance(reply, dict) else None
    if not isinstance(error, dict):
        return [f"an error without a body: {reply!r}"]
    first = (error.get("errors") or [{}])[0]
    wanted = {"code": error.get("code"), "message": error.get("message")} | first
    return [f"an error without {name}" for name in _SAID if not wanted.get(name)]


_SAID = ("code", "message", "reason", "domain")


class Gate:
    """An ASGI application around another: it notes every reply that is not as described."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.seen = 0
        self.wrong: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/calendar/v3/"):
            await self.app(scope, receive, send)
            return
        status, headers, parts = 0, {}, []

        async def watched(message: Any) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {
                    name.decode(): header.decode() for name, header in message["headers"]
                }
            parts.append(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, watched)
        body = b"".join(parts)
        if b"fields=" in scope["query_string"] and b'"kind"' not in body:
            return  # a part of a reply that does not say of what
        self.check(f"{scope['method']} {scope['path']}", status, headers, body)

    def check(self, what: str, status: int, headers: dict[str, str], body: bytes) -> None:
        self.seen += 1
        if status in (204, 304):
            faults_found = ["a body where there is none"] if body else []
        elif status == 501:
            faults_found = ["it is not in the sandbox"]
        else:
            reply = json.loads(body)
            faults_found = faults(reply) if status == 200 else error_faults(reply)
            etag = headers.get("etag")
            if status == 200 and etag and etag != reply.get("etag", etag):
                faults_found.append("the header ETag is not the body's")
        self.wrong += [f"{what} {status}: {fault}" for fault in faults_found]
