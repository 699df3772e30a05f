"""Signing in with a browser, and what becomes of the sign-in later."""

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from syncd.connect.network import Network, RateLimiter
from syncd.errors import Mistake, SignIn, TryLater
from syncd.testing.fake_clock import FakeClock
from syncd.testing.fault_injection import Fault
from syncd_google import tokens
from syncd_google.connector import PLUGIN
from syncd_google.settings import GoogleSettings
from tests.connectors.syncd_google.harness import GoogleHarness

INSECURE = "OAUTHLIB_INSECURE_TRANSPORT"
ENDPOINT = "/token"


@pytest.fixture
def on_loopback() -> Iterator[None]:
    """Let the OAuth library speak to a token endpoint without TLS."""
    os.environ[INSECURE] = "1"
    yield
    del os.environ[INSECURE]


@pytest.fixture
def settings(fresh: GoogleHarness, tmp_path: Path) -> GoogleSettings:
    """Give settings whose token file is not there yet."""
    given = fresh.server.settings() | {"token_file": str(tmp_path / "new" / "token.json")}
    return GoogleSettings(**given)


class Browser:
    """Opens the address that it is told, as a person would who reads it."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, line: str) -> None:
        self.told.append(line)
        if line.startswith("http"):
            threading.Thread(target=self.open, args=(line,), daemon=True).start()

    def open(self, address: str) -> None:
        httpx.get(address, follow_redirects=True, timeout=10)


def sign_in(settings: GoogleSettings, say: Callable[[str], None]) -> str:
    assert PLUGIN.sign_in is not None
    return PLUGIN.sign_in(settings, say, Network(limiter=RateLimiter(FakeClock())))


def kept(settings: GoogleSettings) -> Any:
    assert settings.token_file is not None
    return json.loads(settings.token_file.read_text())


@pytest.mark.usefixtures("on_loopback")
def test_who_agrees_in_a_browser_is_signed_in(
    fresh: GoogleHarness, settings: GoogleSettings
) -> None:
    browser = Browser()
    sentence = sign_in(settings, browser)
    assert str(settings.token_file) in sentence
    assert any("ssh -L" in line for line in browser.told)
    path = settings.token_file or Path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    connector = fresh.rebuilt(token_file=str(path))
    connector.bind()
    connector.provision()
    assert connector.pull(None).items == ()


@pytest.mark.usefixtures("on_loopback")
def test_only_the_smallest_scopes_are_asked_for(settings: GoogleSettings) -> None:
    sign_in(settings, Browser())
    assert sorted(scope.rpartition("/")[2] for scope in kept(settings)["scopes"]) == [
        "calendar.app.created",
        "calendar.calendarlist.readonly",
        "calendar.events.freebusy",
    ]


@pytest.mark.usefixtures("on_loopback")
@pytest.mark.parametrize(
    "more", [{"busy_tentative": False}, {"busy_out_of_office": False}, {"busy_declined": True}]
)
def test_to_tell_meetings_apart_one_scope_more_is_asked_for(
    settings: GoogleSettings, more: dict[str, bool]
) -> None:
    sign_in(settings.model_copy(update=more), Browser())
    scopes = {scope.rpartition("/")[2] for scope in kept(settings)["scopes"]}
    assert "calendar.events.readonly" in scopes
    assert len(scopes) == 4


@pytest.mark.usefixtures("on_loopback")
def test_who_does_not_agree_is_not_signed_in(
    fresh: GoogleHarness, settings: GoogleSettings
) -> None:
    fresh.sandbox.grants.denies = True
    with pytest.raises(SignIn, match="run the command again"):
        sign_in(settings, Browser())
    assert not (settings.token_file or Path()).exists()


@pytest.mark.usefixtures("on_loopback")
def test_who_leaves_a_box_unticked_is_told(
    fresh: GoogleHarness, settings: GoogleSettings
) -> None:
    scope = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
    fresh.sandbox.grants.unticked = frozenset({scope})
    with pytest.raises(SignIn, match="tick all"):
        sign_in(settings, Browser())


@pytest.mark.usefixtures("on_loopback")
def test_a_token_service_that_fails_is_told(
    fresh: GoogleHarness, settings: GoogleSettings
) -> None:
    fresh.server.faults.append(Fault(act="garbage", path=ENDPOINT, times=0))
    with pytest.raises(SignIn):
        sign_in(settings, Browser())


def test_without_a_client_file_the_person_learns_where_to_get_one(tmp_path: Path) -> None:
    token = tmp_path / "token.json"
    for secrets in (None, tmp_path / "missing.json"):
        settings = GoogleSettings(token_file=token, client_secrets_file=secrets)
        with pytest.raises(Mistake, match="Desktop app"):
            sign_in(settings, print)
    bad = tmp_path / "bad.json"
    for text in ("{}", "no json"):
        bad.write_text(text)
        with pytest.raises(Mistake, match="no OAuth client file"):
            sign_in(GoogleSettings(token_file=token, client_secrets_file=bad), print)


def test_without_a_token_file_setting_nothing_is_built(fresh: GoogleHarness) -> None:
    with pytest.raises(Mistake, match="token_file"):
        sign_in(GoogleSettings(), print)
    with pytest.raises(Mistake, match="token_file"):
        PLUGIN.build(GoogleSettings(), fresh.toolbox(fresh.memory))


# What becomes of the sign-in later.


def test_a_token_that_is_over_is_refreshed_and_kept(google: GoogleHarness) -> None:
    path = google.token_file
    before = json.loads(path.read_text())
    path.write_text(json.dumps({**before, "mine": "stays"}))
    google.sandbox.expire_access()
    google.restart_on(path)
    google.connector.pull(None)
    after = json.loads(path.read_text())
    assert after["token"] != before["token"]
    assert after["expiry"] > "2026"
    assert after["mine"] == "stays"
    assert after["refresh_token"] == before["refresh_token"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    google.restart_on(path)
    google.server.log.clear()
    google.connector.pull(None)
    assert [request.path for request in google.server.log if request.path == ENDPOINT] == []


def test_an_access_token_ends_after_an_hour(google: GoogleHarness) -> None:
    google.clock.advance(minutes=61)
    google.connector.pull(None)
    paths = [request.path for request in google.server.log]
    assert ENDPOINT in paths


def test_a_token_known_to_be_over_is_refreshed_first(google: GoogleHarness) -> None:
    path = google.token_file
    path.write_text(
        json.dumps(json.loads(path.read_text()) | {"expiry": "2020-01-01T00:00:00Z"})
    )
    google.restart_on(path)
    google.connector.pull(None)
    assert google.server.log[0].path == ENDPOINT
    assert len(google.server.log) == 2


def test_a_revoked_sign_in_names_the_command(google: GoogleHarness) -> None:
    google.sandbox.revoke_token()
    with pytest.raises(SignIn, match="`syncd auth google`"):
        google.connector.pull(None)


def test_a_new_sign_in_is_taken_up_without_a_restart(google: GoogleHarness) -> None:
    google.sandbox.revoke_token()
    path = google.token_file
    google.restart_on(path)
    with pytest.raises(SignIn):
        google.connector.pull(None)
    anew = google.sandbox.grants.grant(tuple(json.loads(path.read_text())["scopes"]))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"token": anew}))
    assert google.connector.pull(None).items == ()


def test_a_token_service_that_is_busy_is_tried_later(google: GoogleHarness) -> None:
    google.sandbox.expire_access()
    google.server.faults.append(Fault(act="close-before", path=ENDPOINT, times=0))
    with pytest.raises(TryLater):
        google.connector.pull(None)


FILES = {
    "missing": (None, "no token file"),
    "no-json": ("not json", "cannot be read"),
    "a-list": ("[]", "no authorized-user JSON"),
    "a-client-file": ('{"installed": {}}', "has no refresh_token"),
    "an-old-token-alone": ('{"token": "ya29.old"}', "no longer accepts"),
}


@pytest.mark.parametrize(("text", "told"), FILES.values(), ids=FILES.keys())
def test_a_token_file_that_is_none_says_so(
    google: GoogleHarness, tmp_path: Path, text: str | None, told: str
) -> None:
    path = tmp_path / "bad.json"
    if text is not None:
        path.write_text(text)
    google.restart_on(path)
    with pytest.raises(SignIn, match=told) as error:
        google.connector.pull(None)
    assert "syncd auth google" in str(error.value)


def test_a_token_file_that_cannot_be_written_does_no_harm(google: GoogleHarness) -> None:
    path = google.token_file
    google.sandbox.expire_access()
    google.restart_on(path)
    google.server.faults.append(
        Fault(act="call-after", path=ENDPOINT, hook=lambda _: path.unlink())
    )
    assert google.connector.pull(None).items == ()
    assert not path.exists()


def test_a_token_alone_is_good_as_long_as_it_lasts(
    google: GoogleHarness, tmp_path: Path
) -> None:
    path = tmp_path / "short.json"
    path.write_text(json.dumps({"token": google.sandbox.token}))
    google.restart_on(path)
    assert google.connector.pull(None).items == ()


EXPIRIES = {
    "utc": "2020-01-01T00:00:00Z",
    "micros": "2020-01-01T00:00:00.123456Z",
    "offset": "2020-01-01T02:00:00+02:00",
    "bare": "2020-01-01T00:00:00",
}


@pytest.mark.parametrize("expiry", EXPIRIES.values(), ids=EXPIRIES.keys())
def test_every_usual_form_of_an_end_is_read(tmp_path: Path, expiry: str) -> None:
    path = tmp_path / "token.json"
    path.write_text(json.dumps({"token": "ya29.x", "expiry": expiry}))
    end = tokens.load(path).expiry
    assert end is not None
    assert end.isoformat(timespec="seconds") == "2020-01-01T00:00:00"


def test_an_end_that_is_none_is_left_to_the_service(tmp_path: Path) -> None:
    path = tmp_path / "token.json"
    path.write_text(json.dumps({"token": "ya29.x", "expiry": "tomorrow"}))
    assert tokens.load(path).expiry is None


def test_a_new_refresh_token_takes_the_place_of_the_old(google: GoogleHarness) -> None:
    path = google.token_file
    google.sandbox.expire_access()
    google.restart_on(path)
    anew = google.sandbox.grant("calendar.app.created")
    answer = {"access_token": anew, "refresh_token": "1//new", "expires_in": 3600, "scope": "x"}
    fault = Fault(act="status", status=200, path=ENDPOINT, reply=answer)
    google.server.faults.append(fault)
    google.connector.pull(None)
    kept = json.loads(path.read_text())
    assert (kept["token"], kept["refresh_token"]) == (anew, "1//new")


GARBLED: dict[str, Any] = {
    "a refresh token with blanks": {"refresh_token": "bad token\nwith blanks"},
    "a refresh token that is a list": {"refresh_token": ["a"]},
    "a refresh token without end": {"refresh_token": "r" * 100_000},
    "an access token with a header": {"access_token": "ya29.x\r\nX-Evil: 1"},
    "an access token without end": {"access_token": "y" * 100_000},
    "an access token that is none": {"access_token": {"a": 1}},
    "no access token": {"access_token": ""},
    "an end beyond all time": {"expires_in": 10**30},
}


@pytest.mark.parametrize("odd", GARBLED.values(), ids=GARBLED)
def test_a_refresh_that_is_garbled_gives_up_nothing_that_was_good(
    google: GoogleHarness, odd: dict[str, Any]
) -> None:
    path = google.token_file
    before = json.loads(path.read_text())["refresh_token"]
    google.sandbox.expire_access()
    google.restart_on(path)
    answer = {"access_token": "ya29.other", "expires_in": 3600, "token_type": "Bearer", **odd}
    fault = Fault(act="status", status=200, path=ENDPOINT, reply=answer, times=0)
    google.server.faults.append(fault)
    with pytest.raises((TryLater, SignIn)):
        google.connector.pull(None)
    assert json.loads(path.read_text())["refresh_token"] == before
    google.heal()
    google.restart_on(path)
    assert google.connector.pull(None).items == ()


@pytest.mark.parametrize(
    "odd",
    [
        *([], "x", 5, None),
        *({"access_token": {"a": 1}, "refresh_token": "r"}, {"access_token": "a"}),
        {"access_token": "a", "refresh_token": ["r"], "expires_in": 3600},
        {"access_token": "a", "refresh_token": "r", "expires_in": 1e30},
        {"access_token": "a b", "refresh_token": "r", "expires_in": 3600},
    ],
    ids=repr,
)
def test_an_answer_that_is_no_sign_in_is_told_and_not_kept(
    settings: GoogleSettings, fresh: GoogleHarness, odd: Any
) -> None:
    fault = Fault(act="status", status=200, path=ENDPOINT, reply=json.dumps(odd), times=0)
    fresh.server.faults.append(fault)
    with pytest.raises(SignIn):
        sign_in(settings, Browser())
    assert settings.token_file is not None
    assert not settings.token_file.exists()


def test_a_sign_in_on_this_machine_needs_no_word_to_the_library(
    settings: GoogleSettings,
) -> None:
    assert INSECURE not in os.environ
    assert "Signed in" in sign_in(settings, Browser())
