"""A conversation is kept once, and replayed without a service, whatever its port."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httplib2
import httpx
import pytest
from pydantic import BaseModel, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncd.clock import Clock
from syncd.connect.contract import Plugin, Toolbox
from syncd.errors import Mistake
from syncd.testing.recording import Recorder
from syncd.testing.sandbox import Served

TOKEN = "sandbox-token-7f3a"  # noqa: S105  # of no service
MAKERS = ("httpx", "httplib2")


class Settings(BaseModel, extra="forbid"):
    token: SecretStr
    base_url: str = "https://api.greeter.example"
    library: str
    greeting: str = "hello"


class Client:
    """Speaks over the library that the settings name, as a connector does."""

    def __init__(self, settings: Settings, toolbox: Toolbox) -> None:
        self._settings, self._toolbox = settings, toolbox
        self._http = httpx.Client(timeout=5)
        self._http2 = httplib2.Http(timeout=5)

    def greet(self) -> Any:
        now = self._toolbox.clock.now().isoformat()
        body = {"key": self._toolbox.new_key(), "at": now, "say": self._settings.greeting}
        url = f"{self._settings.base_url}/greet?loud=1"
        headers = {
            "Authorization": f"Bearer {self._settings.token.get_secret_value()}",
            "Content-Type": "application/json",
        }
        if self._settings.library == "httpx":
            return self._http.post(url, json=body, headers=headers).json()
        _, content = self._http2.request(url, "POST", json.dumps(body), headers)
        return json.loads(content)

    def close(self) -> None:
        self._http.close()


class Greeter:
    """A sandbox that answers with who asked and where."""

    name = "greeter"
    person: Any = None
    asked = 0

    def __init__(self, library: str) -> None:
        self._library = library
        self.app = Starlette(routes=[Route("/greet", self.greet, methods=["POST"])])

    async def greet(self, request: Request) -> Response:
        self.asked += 1
        said = (await request.json())["say"]
        origin = f"{request.url.scheme}://{request.url.netloc}"
        answer = {
            "said": said,
            "number": self.asked,
            "again": f"{origin}/greet",
            "by": request.headers["authorization"],
            "user": {"id": "u-81", "name": "Maria Lang", "email": "maria.lang@gmail.com"},
        }
        return JSONResponse(answer, headers={"Set-Cookie": "sid-cookie=abc", "X-Trace": "77"})

    def settings(self, origin: str) -> dict[str, Any]:
        return {"token": TOKEN, "base_url": origin, "library": self._library}


PLUGIN = Plugin(
    name="greeter",
    title="Greeter",
    settings=Settings,
    build=Client,  # type: ignore[arg-type]  # a client alone
    secrets=frozenset({"token"}),
)


@pytest.fixture(params=MAKERS)
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def conversation(
    tmp_path: Path, library: str, mode: str, times: int, environ: Any = None
) -> list[Any]:
    """Greet so many times, a minute apart (but for the real service)."""

    def make(directory: Path, clock: Clock) -> Any:
        return Greeter(library)

    recorder = Recorder(tmp_path / "recordings", tmp_path, mode, environ or {})
    it = recorder.start(PLUGIN, make, "greetings")
    client: Any = it.connector
    said = []
    try:
        for _ in range(times):
            said.append(client.greet())
            it.clock.sleep(0.01 if mode == "real" else 60)
    finally:
        recorder.close()
    recorder.finish()
    return said


def test_what_was_recorded_is_replayed_without_a_service(tmp_path: Path, library: str) -> None:
    first = conversation(tmp_path, library, "sandbox", 3)
    again = conversation(tmp_path, library, "", 3)
    assert [it["number"] for it in again] == [it["number"] for it in first] == [1, 2, 3]
    assert again == conversation(tmp_path, library, "", 3)


def test_one_who_records_sees_the_service_as_it_is(tmp_path: Path, library: str) -> None:
    (said,) = conversation(tmp_path, library, "sandbox", 1)
    assert said["user"]["name"] == "Maria Lang"
    assert said["by"] == f"Bearer {TOKEN}"


def test_what_is_kept_tells_no_secret_no_one_and_no_port(tmp_path: Path, library: str) -> None:
    (said,) = conversation(tmp_path, library, "sandbox", 1)
    port = said["again"].split(":")[2].split("/")[0]
    kept = (tmp_path / "recordings" / "greetings.yaml").read_text()
    for gone in (TOKEN, "Maria", "gmail", "u-81", port, "127.0.0.1", "sid-cookie", "X-Trace"):
        assert gone.lower() not in kept.lower(), gone
    assert "hello" in kept


def test_a_request_that_was_not_recorded_is_an_error(tmp_path: Path, library: str) -> None:
    conversation(tmp_path, library, "sandbox", 1)
    with pytest.raises(Exception, match="greetings"):
        conversation(tmp_path, library, "", 2)


def test_a_recorded_request_that_is_not_made_is_an_error(tmp_path: Path, library: str) -> None:
    conversation(tmp_path, library, "sandbox", 3)
    with pytest.raises(AssertionError, match="1 kept requests"):
        conversation(tmp_path, library, "", 2)


def test_a_request_that_says_something_else_is_an_error(tmp_path: Path, library: str) -> None:
    conversation(tmp_path, library, "sandbox", 1)
    kept = tmp_path / "recordings" / "greetings.yaml"
    kept.write_text(kept.read_text().replace("hello", "good day"))
    with pytest.raises(Exception, match="greetings"):
        conversation(tmp_path, library, "", 1)


def test_a_replay_begins_at_the_time_of_the_recording(tmp_path: Path, library: str) -> None:
    conversation(tmp_path, library, "sandbox", 1)
    kept = tmp_path / "recordings" / "greetings.yaml"
    kept.write_text(kept.read_text().replace("2026-05-04", "2027-01-09"))
    assert conversation(tmp_path, library, "", 1)[0]["number"] == 1


def test_recording_anew_keeps_nothing_old(tmp_path: Path, library: str) -> None:
    conversation(tmp_path, library, "sandbox", 3)
    conversation(tmp_path, library, "sandbox", 1)
    assert [it["number"] for it in conversation(tmp_path, library, "", 1)] == [1]


def test_without_a_recording_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="SYNCD_RECORD=sandbox"):
        conversation(tmp_path, "httpx", "", 1)


def test_another_mode_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="sandbox or real"):
        Recorder(tmp_path, tmp_path, "yes", {})


@pytest.fixture
def elsewhere() -> Iterator[SimpleNamespace]:
    """A service that is not the sandbox: what stands in for the real one."""
    greeter: Any = Greeter("httpx")
    served = Served(greeter)
    yield SimpleNamespace(origin=served.origin, greeter=greeter)
    served.close()


def test_the_real_service_is_recorded_with_the_settings_of_the_environment(
    tmp_path: Path, library: str, elsewhere: SimpleNamespace
) -> None:
    environ = {
        "SYNCD_CONNECTORS__GREETER__TOKEN": "real-token-99",
        "SYNCD_CONNECTORS__GREETER__BASE_URL": elsewhere.origin,
        "SYNCD_CONNECTORS__GREETER__LIBRARY": library,
        "SYNCD_CONNECTORS__GREETER__GREETING": "moin",
        "SYNCD_CONNECTORS__OTHER__TOKEN": "another",
    }
    (said,) = conversation(tmp_path, library, "real", 1, environ)
    assert (said["said"], said["by"]) == ("moin", "Bearer real-token-99")
    assert elsewhere.greeter.asked == 1
    kept = (tmp_path / "recordings" / "greetings.yaml").read_text()
    assert "real-token-99" not in kept
    (again,) = conversation(tmp_path, library, "", 1)
    assert again["said"] == "moin"
    assert elsewhere.greeter.asked == 1


def test_while_replaying_no_one_reaches_the_network(tmp_path: Path) -> None:
    conversation(tmp_path, "httpx", "sandbox", 1)
    recorder = Recorder(tmp_path / "recordings", tmp_path, "", {})
    it = recorder.start(PLUGIN, lambda *_: Greeter("httpx"), "greetings")  # type: ignore[arg-type]  # no sandbox is made
    with pytest.raises(AssertionError, match="reached for the network"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    it.connector.greet()  # type: ignore[attr-defined]  # it is a Greeter
    recorder.finish()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
