"""Conversations of a connector with its service, kept once and replayed for ever.

    def test_a_task_goes_there_and_back(recorded):
        it = recorded(PLUGIN, make)
        it.connector.bind()

Without ``SYNCD_RECORD`` the kept conversation is replayed, and nothing reaches the
network. With ``SYNCD_RECORD=sandbox`` it is held anew with the sandbox; with
``SYNCD_RECORD=real`` with the service itself, signed in with what the environment's
``SYNCD_CONNECTORS__NAME__…`` say. Use an account that was made for it: secrets and
people are scrubbed, what the account holds is not.
"""

import copy
import json
import random
import sys
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import vcr  # type: ignore[import-untyped]  # it ships no types
from vcr.record_mode import RecordMode  # type: ignore[import-untyped]  # it ships no types

from syncd.clock import Clock, SystemClock
from syncd.connect.contract import Connector, Plugin, Toolbox
from syncd.connect.network import Network, RateLimiter
from syncd.errors import Mistake
from syncd.testing.fake_clock import FakeClock
from syncd.testing.in_memory_connector import DictMemory
from syncd.testing.sandbox import Sandbox, Served
from syncd.testing.scrubbing import ORIGIN, Scrubber

Make = Callable[[Path, Clock], Sandbox]
Settings = dict[str, Any]


class PatientClock(FakeClock):
    """Tells the time at which it was made, plus what was slept; and really sleeps."""

    def __init__(self) -> None:
        self._real = SystemClock()
        super().__init__(self._real.now())

    def sleep(self, seconds: float) -> bool:
        """Wait that long, and let as much pass."""
        super().sleep(seconds)
        return self._real.sleep(seconds)


class Recorder:
    """Records or replays the conversations of one test.

    kept: the directory of the recordings.
    scratch: an empty directory, for files that settings name.
    mode: "" to replay, "sandbox" or "real" to record.
    environ: where the settings of ``real`` come from.
    """

    def __init__(
        self, kept: Path, scratch: Path, mode: str, environ: Mapping[str, str]
    ) -> None:
        if mode not in ("", "sandbox", "real"):
            raise Mistake(f"SYNCD_RECORD={mode} is none: say sandbox or real, or leave it out.")
        self._kept, self._scratch, self._mode = kept, scratch, mode
        self._environ = environ
        self._open = ExitStack()
        self._cassettes: list[Any] = []

    def start(self, plugin: Plugin, make: Make, name: str) -> "Recorded":
        """Begin the conversation ``name``; it ends with ``finish``."""
        path = self._kept / f"{name}.yaml"
        if self._mode == "real":
            return self._record(plugin, path, PatientClock(), self._of_environ(plugin))
        if self._mode == "sandbox":
            clock = FakeClock()
            served = Served(make(self._scratch, clock))
            self._open.callback(served.close)
            return self._record(plugin, path, clock, served.settings())
        return self._replay(plugin, make, path)

    def finish(self) -> None:
        """End the conversations: keep what was recorded, check that all was replayed."""
        self.close()
        for cassette in self._cassettes:
            if not self._mode and not cassette.all_played:
                left = len(cassette) - cassette.play_count
                raise AssertionError(f"{left} kept requests were not made any more")

    def close(self) -> None:
        """End the conversations without a check."""
        self._open.close()

    def _record(
        self, plugin: Plugin, path: Path, clock: FakeClock, settings: Settings
    ) -> "Recorded":
        path.unlink(missing_ok=True)
        origin = str(plugin.settings(**settings).model_dump().get("base_url"))
        scrubber = Scrubber([origin], _secrets(plugin, settings))
        cassette = self._cassette(path, scrubber, RecordMode.ALL)
        cassette.get_metadata("started", clock.now().isoformat())
        cassette.get_metadata("settings", _plain(plugin, settings))
        return self._built(plugin, settings, clock)

    def _replay(self, plugin: Plugin, make: Make, path: Path) -> "Recorded":
        if not path.exists():
            raise Mistake(f"There is no {path.name}: record it with SYNCD_RECORD=sandbox.")
        cassette = self._cassette(path, Scrubber([], []), RecordMode.NONE)
        clock = FakeClock(datetime.fromisoformat(cassette.get_metadata("started", "")))
        settings = make(self._scratch, clock).settings(ORIGIN)
        settings |= cassette.get_metadata("settings", {})
        self._open.enter_context(_Offline())
        return self._built(plugin, settings, clock)

    def _cassette(self, path: Path, scrubber: Scrubber, mode: RecordMode) -> Any:
        machine = vcr.VCR(
            before_record_request=lambda request: _scrubbed_request(scrubber, request),
            before_record_response=lambda reply: _scrubbed_reply(scrubber, reply),
            decode_compressed_response=True,
            match_on=("method", "path", "query", "content"),
            record_mode=mode,
        )
        machine.register_matcher("content", _same_content)
        cassette = self._open.enter_context(machine.use_cassette(path))
        self._cassettes.append(cassette)
        return cassette

    def _built(self, plugin: Plugin, settings: Settings, clock: FakeClock) -> "Recorded":
        recorded = Recorded(plugin, settings, clock)
        self._open.callback(recorded.connector.close)
        return recorded

    def _of_environ(self, plugin: Plugin) -> Settings:
        settings: Settings = {}
        start = f"SYNCD_CONNECTORS__{plugin.name}__".upper()
        for name, value in self._environ.items():
            if name.upper().startswith(start):
                *into, last = name[len(start) :].lower().split("__")
                place = settings
                for part in into:
                    place = place.setdefault(part, {})
                place[last] = value
        return settings


class Recorded:
    """A connector in a conversation that is recorded or replayed.

    Keys and ids come out the same each time; so does the time, but for what is slept.
    """

    def __init__(self, plugin: Plugin, settings: Settings, clock: FakeClock) -> None:
        self._random = random.Random(23)  # noqa: S311  # keys, the same each time
        self._plugin, self._settings = plugin, settings
        self.clock = clock
        self.memory = DictMemory()
        self.connector = self._built()

    def key(self) -> str:
        """Return the next key."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def restart(self) -> Connector:
        """Replace ``connector`` by a new one that remembers what the old one did."""
        self.connector.close()
        self.connector = self._built()
        return self.connector

    def _built(self) -> Connector:
        toolbox = Toolbox(
            clock=self.clock,
            memory=self.memory,
            network=Network(limiter=RateLimiter(self.clock)),
            timezone="Europe/Paris",
            new_key=self.key,
        )
        return self._plugin.build(self._plugin.settings(**self._settings), toolbox)


class _Offline:
    """While entered, whoever reaches for the network is stopped."""

    _entered = 0
    _watching = False

    def __enter__(self) -> None:
        if not _Offline._watching:
            sys.addaudithook(_Offline._watch)
            _Offline._watching = True
        _Offline._entered += 1

    def __exit__(self, *_: object) -> None:
        _Offline._entered -= 1

    @staticmethod
    def _watch(event: str, arguments: tuple[Any, ...]) -> None:
        if _Offline._entered and event in ("socket.connect", "socket.getaddrinfo"):
            raise AssertionError(f"a replay reached for the network: {event} {arguments[-1]}")


def _secrets(plugin: Plugin, settings: Settings) -> list[str]:
    """Return the secret texts among settings, and those in the files that they name."""
    secrets = [str(settings[name]) for name in plugin.secrets if name in settings]
    for name, value in settings.items():
        if name.endswith("_file"):
            secrets += _texts(json.loads(Path(value).read_text()))
    return secrets


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for entry in value.values() for text in _texts(entry)]
    return [value] if isinstance(value, str) and "://" not in value and len(value) > 7 else []


def _plain(plugin: Plugin, settings: Settings) -> Settings:
    """Return what of settings is neither secret nor of this machine."""
    return {
        name: value
        for name, value in settings.items()
        if name not in plugin.secrets and name != "base_url" and not name.endswith("_file")
    }


def _scrubbed_request(scrubber: Scrubber, request: Any) -> Any:
    request.uri = scrubber.url(request.uri)
    request.headers = scrubber.request_headers(dict(request.headers))
    if request.body:
        request.body = scrubber.body(request.body_bytes)
    return request


def _scrubbed_reply(scrubber: Scrubber, reply: dict[str, Any]) -> dict[str, Any]:
    kept = copy.deepcopy(reply)
    kept["headers"] = scrubber.reply_headers(kept["headers"])
    kept["body"]["string"] = scrubber.body(kept["body"]["string"] or b"")
    return kept


def _same_content(first: Any, second: Any) -> None:
    if _content(first) != _content(second):
        message = f"{_content(first)!r} is not {_content(second)!r}"
        raise AssertionError(message)


def _content(request: Any) -> Any:
    text = (request.body or b"").decode(errors="replace")
    kind = str(request.headers.get("content-type", ""))
    if "multipart" in kind:
        return "multipart"  # its boundaries are made up anew each time
    if "urlencoded" in kind:
        return parse_qsl(text, keep_blank_values=True)
    try:
        return json.loads(text)
    except ValueError:
        return text
