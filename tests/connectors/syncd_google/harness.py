"""A harness over the sandbox, every reply of which is held against its description."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from syncd.clock import Clock
from syncd.connect.contract import Connector
from syncd.model.entities import Kind
from syncd.model.remote import Remote
from syncd.testing.in_memory_connector import DictMemory
from syncd.testing.samples import DAY
from syncd.testing.sandbox_harness import SandboxHarness
from syncd_google.connector import PLUGIN, GoogleConnector
from syncd_google.sandbox import acts
from syncd_google.sandbox.app import GoogleSandbox, make
from syncd_google.sandbox.model import GoogleCalendar
from syncd_google.sandbox.user import GoogleUser
from tests.conformance.google.schema_gate import Gate

ASIDE = {
    "description": "Room 4, bring the laptop",
    "colorId": "5",
    "attendees": [{"email": "ada@example.org", "responseStatus": "accepted"}],
}


def gated(directory: Path, clock: Clock) -> GoogleSandbox:
    sandbox = make(directory, clock)
    sandbox.app = Gate(sandbox.app)
    return sandbox


class GoogleHarness(SandboxHarness):
    conditional = True
    sandbox: GoogleSandbox
    person: GoogleUser
    bare: GoogleConnector

    def __init__(self, directory: Path) -> None:
        super().__init__(PLUGIN, gated, directory)
        self._directory = directory

    @property
    def calendar(self) -> GoogleCalendar:
        """The calendar that syncd made."""
        return self.sandbox.person.calendar()

    def id_of(self, title: str) -> str:
        """Return the id of the event of this title."""
        return self.sandbox.person.event(Kind.MILESTONE, title).id

    def milestone(self, title: str, due: date = DAY, *, done: bool = False) -> Remote:
        """Have syncd make a milestone."""
        return self.create(Kind.MILESTONE, title, due=due, done=done)

    def read(self, item: Remote) -> Remote:
        """Read an item again."""
        return self.connector.read(item.kind, item.id)

    def rebuilt(self, **settings: Any) -> Connector:
        """Replace the connector by one with other settings that remembers nothing."""
        self.connector.close()
        self.memory = DictMemory()
        self.connector = self._built(settings)
        return self.connector

    def built(self, **settings: Any) -> Connector:
        """Return one more connector, with other settings and the same memory."""
        return self._built(settings)

    def with_token(self, token: str, **settings: Any) -> None:
        """Replace the connector's sign-in by another access token, and no refreshing."""
        path = self._directory / "other.json"
        kept = json.loads((self._directory / "google-token.json").read_text())
        path.write_text(json.dumps({**kept, "token": token}))
        self.connector.close()
        self.connector = self._built({"token_file": str(path), **settings})

    @property
    def token_file(self) -> Path:
        """The token file that the settings name."""
        return self._directory / "google-token.json"

    def restart_on(self, token_file: Path) -> None:
        """Build a new connector on a token file as it is now."""
        self.connector.close()
        kept = token_file.read_bytes() if token_file.exists() else None
        self.connector = self._built({"token_file": str(token_file)})
        if kept is not None:
            token_file.write_bytes(kept)

    def paths(self) -> list[str]:
        """Return every request so far: method, and what follows the calendar's id."""
        shown = []
        for request in self.server.log:
            path = request.path.removeprefix("/calendar/v3").replace(
                f"/{self.calendar.id}", "/ID"
            )
            shown.append(f"{request.method} {path}")
        return shown

    def wrong_credentials(self) -> bool:
        path = self._directory / "of-no-one.json"
        kept = json.loads((self._directory / "google-token.json").read_text())
        path.write_text(json.dumps({**kept, "token": "ya29.no", "refresh_token": "1//no"}))
        self.connector.close()
        self.connector = self._built({"token_file": str(path)})
        return True

    def containers(self) -> list[str]:
        every = self.sandbox.account.calendars.values()
        return [
            calendar.summary for calendar in every if not calendar.gone and not calendar.primary
        ]

    def keep_aside(self, kind: Kind, title: str) -> bool:
        sandbox = self.sandbox
        event = sandbox.person.event(kind, title)
        acts.note(sandbox.account, sandbox.person.calendar(), event.id, **ASIDE)
        return True

    def kept_aside(self, kind: Kind, title: str) -> bool:
        event = self.sandbox.person.event(kind, title)
        kept = {name: event.fields.get(name) for name in ASIDE}
        if kind is Kind.BLOCK:  # below what the person writes there syncd puts its links
            kept["description"] = str(kept["description"]).partition("\n\nNotion: ")[0]
        return kept == ASIDE

    def close_a_calendar(self) -> bool:
        calendars = ["primary", "theirs@example.org"]
        self.connector.close()
        self.connector = self._built({"busy_calendars": calendars})
        return True

    def close(self) -> None:
        super().close()
        gate = self.sandbox.app
        assert isinstance(gate, Gate)
        assert gate.wrong == []
