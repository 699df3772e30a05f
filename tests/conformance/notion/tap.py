"""What goes through an ASGI application, kept: requests with their replies."""

import json
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from syncd.testing.fault_injection import App, Receive, Scope, Send


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its reply, both as JSON."""

    method: str
    path: str
    body: Any
    status: int
    reply: Any


class Tap:
    """An application that keeps what goes through it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts: dict[str, bytes] = {"in": b"", "out": b""}
        status = 0

        async def reading() -> MutableMapping[str, Any]:
            message = await receive()
            parts["in"] += message.get("body", b"")
            return message

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            parts["out"] += message.get("body", b"")
            await send(message)

        await self._app(scope, reading, sending)
        self.exchanges.append(
            Exchange(
                method=scope["method"],
                path=scope["path"],
                body=json.loads(parts["in"] or b"{}"),
                status=status,
                reply=json.loads(parts["out"]),
            )
        )
