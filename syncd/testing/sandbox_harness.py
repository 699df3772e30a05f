"""A harness over a sandbox on loopback: all that a connector with one needs."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from syncd.clock import Clock
from syncd.connect.contract import Connector, Plugin
from syncd.testing.fake_clock import FakeClock
from syncd.testing.fault_injection import Fault
from syncd.testing.harness import Harness
from syncd.testing.in_memory_connector import DictMemory
from syncd.testing.sandbox import Sandbox, Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which requests change the service: regular expressions, as in a ``Fault``."""

    method: str = "POST|PUT|PATCH|DELETE"
    path: str = ".*"
    body: str = ""

    def fault(self, act: str, **more: Any) -> Fault:
        """Return a fault that meets these requests."""
        return Fault(act=act, method=self.method, path=self.path, body=self.body, **more)


EVERYTHING = Matching(method=".*")


class SandboxHarness(Harness):
    """Build it with the plug-in, the sandbox's entry point and a directory to write to.

    ``writes`` says which requests write items, where the method does not tell.
    ``token`` names the setting that holds the credentials. Where the sandbox has
    ``revoke_token``, ``expire_cursors`` or ``lose_container``, these are used.
    """

    token = "token"  # noqa: S105  # the name of a setting
    writes = Matching()

    def __init__(
        self,
        plugin: Plugin,
        make: Callable[[Path, Clock], Sandbox],
        directory: Path,
    ) -> None:
        self.clock = FakeClock()
        self.plugin = plugin
        self.sandbox = make(directory, self.clock)
        self.person = self.sandbox.person
        self.server = Served(self.sandbox)
        self.served = self.server
        self.memory = DictMemory()
        self.connector = self._built({})

    def restart(self, *, remembering: bool = True) -> Connector:
        """Build a new connector on the same sandbox."""
        self.connector.close()
        if not remembering:
            self.memory = DictMemory()
        self.connector = self._built({})
        return self.connector

    def requests(self) -> int:
        """Count the requests in the sandbox's log."""
        return len(self.server.log)

    def lose_reply(self) -> None:
        """Close the connection once the next write is done."""
        self.server.faults.append(self.writes.fault("close-after"))

    def break_after(self, requests: int) -> None:
        """Answer 503 to all that comes after so many requests."""
        fault = EVERYTHING.fault("status", status=503, skip=requests, times=0)
        fault.reply = self.errors.get(503, {})
        self.server.faults.append(fault)

    def heal(self) -> None:
        """Take all faults away."""
        self.server.faults.clear()

    def wrong_credentials(self) -> bool:
        """Build a connector whose token is none."""
        self.connector.close()
        self.connector = self._built({self.token: "not-a-token-of-anyone"})
        return True

    def unsigned(self) -> Connector | None:
        """Build a connector whose settings name no credentials."""
        none = {self.token, f"{self.token}_file"}
        given = self.server.settings().items()
        settings = self.plugin.settings(
            **{name: value for name, value in given if name not in none}
        )
        rate_limit = self.plugin.rate_limit(settings)
        return self.wrapped(
            lambda box: self.plugin.build(settings, box), self.memory, rate_limit
        )

    def revoke(self) -> bool:
        """Revoke the token in the sandbox, where that can be done."""
        return self._act("revoke_token")

    def expire_cursors(self) -> bool:
        """Expire the cursors in the sandbox, where that can be done."""
        return self._act("expire_cursors")

    def lose_container(self) -> bool:
        """Delete the container in the sandbox, where that can be done."""
        return self._act("lose_container")

    def keep_busy(self, start: datetime, end: datetime) -> bool:
        """Have the person plan a meeting, where the sandbox's person keeps a ``CalendarUser``."""
        meeting = getattr(self.person, "meeting", None)
        if meeting is not None:
            meeting("Something else", start, end)
        return meeting is not None

    def close(self) -> None:
        """Let go of the connector and stop the sandbox."""
        self.connector.close()
        threading.Thread(target=self.server.close).start()  # it takes a while, and no one waits

    def _act(self, name: str) -> bool:
        act = getattr(self.sandbox, name, None)
        if act is not None:
            act()
        return act is not None

    def _built(self, other: Mapping[str, Any]) -> Connector:
        settings = self.plugin.settings(**{**self.server.settings(), **other})
        rate_limit = self.plugin.rate_limit(settings)
        return self.wrapped(
            lambda box: self.plugin.build(settings, box), self.memory, rate_limit
        )
