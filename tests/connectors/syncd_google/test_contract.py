"""The contract of a connector, held by the Google connector against its sandbox."""

import json
from pathlib import Path

from syncd.connect.testing.contract import HttpContractSuite
from syncd.connect.testing.sandboxed import SandboxHarness
from syncd.model.entities import Kind
from syncd_google.connector import PLUGIN
from syncd_google.sandbox import acts
from syncd_google.sandbox.app import GoogleSandbox, make
from tests.conformance.google.schema_gate import Gate

ASIDE = {
    "description": "Room 4, bring the laptop",
    "colorId": "5",
    "attendees": [{"email": "ada@example.org", "responseStatus": "accepted"}],
}


def gated(directory: Path, clock: object) -> GoogleSandbox:
    it = make(directory, clock)  # type: ignore[arg-type]
    it.app = Gate(it.app)
    return it


class GoogleHarness(SandboxHarness):
    conditional = True
    sandbox: GoogleSandbox

    def __init__(self, directory: Path) -> None:
        super().__init__(PLUGIN, gated, directory)
        self._directory = directory

    def wrong_credentials(self) -> bool:
        path = self._directory / "of-no-one.json"
        kept = json.loads((self._directory / "google-token.json").read_text())
        path.write_text(json.dumps({**kept, "token": "ya29.no", "refresh_token": "1//no"}))
        self.connector.close()
        self.connector = self._built({"token_file": str(path)})
        return True

    def containers(self) -> list[str]:
        every = self.sandbox.account.calendars.values()
        return [one.summary for one in every if not one.gone and not one.primary]

    def keep_aside(self, kind: Kind, title: str) -> bool:
        sandbox = self.sandbox
        event = sandbox.person.event(kind, title)
        acts.note(sandbox.account, sandbox.person.calendar(), event.id, **ASIDE)
        return True

    def kept_aside(self, kind: Kind, title: str) -> bool:
        event = self.sandbox.person.event(kind, title)
        return {name: event.fields.get(name) for name in ASIDE} == ASIDE

    def close(self) -> None:
        super().close()
        gate = self.sandbox.app
        assert isinstance(gate, Gate)
        assert gate.wrong == []


class TestContract(HttpContractSuite):
    def make(self, directory: Path) -> GoogleHarness:
        return GoogleHarness(directory)
