"""The sandbox's calendars, list, busy time, scopes and sign-in."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.connectors.syncd_google.harness import GoogleHarness

LIST = "/users/me/calendarList"
WEEK = {"timeMin": "2026-05-04T00:00:00+02:00", "timeMax": "2026-05-11T00:00:00+02:00"}


def reason(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["error"]["errors"][0]["reason"]


def test_a_new_calendar_is_in_utc_and_listed_at_once(api: httpx.Client) -> None:
    made = api.post("/calendars", json={"summary": "Another"}).json()
    assert made["timeZone"] == "UTC"
    name, _, domain = made["id"].partition("@")
    assert (len(name), domain) == (66, "group.calendar.google.com")
    assert made["id"] in [calendar["id"] for calendar in api.get(LIST).json()["items"]]
    assert len(made["etag"]) == 29
    assert reason(api.post("/calendars", json={})) == (400, "required")


def test_a_calendar_can_be_renamed_and_deleted(api: httpx.Client) -> None:
    made = api.post("/calendars", json={"summary": "Another"}).json()
    path = f"/calendars/{made['id']}"
    zone = {"summary": "Renamed", "timeZone": "Asia/Tokyo"}
    after = api.patch(path, json=zone).json()
    assert (after["summary"], after["timeZone"]) == ("Renamed", "Asia/Tokyo")
    token = api.get(LIST).json()["nextSyncToken"]
    assert api.delete(path).status_code == 204
    assert reason(api.get(path)) == (404, "notFound")
    (gone,) = api.get(LIST, params={"syncToken": token}).json()["items"]
    assert (gone["id"], gone["deleted"]) == (made["id"], True)
    assert made["id"] not in [calendar["id"] for calendar in api.get(LIST).json()["items"]]
    assert reason(api.delete("/calendars/primary")) == (403, "forbidden")


def test_the_list_says_which_calendar_is_the_primary(api: httpx.Client) -> None:
    entries = api.get(LIST, params={"maxResults": 1}).json()
    assert entries["items"][0]["primary"] is True
    assert entries["nextPageToken"]
    entry = api.get(f"{LIST}/primary").json()
    assert entry == entries["items"][0]
    assert entry["etag"].strip('"').isdigit()


@pytest.mark.parametrize(
    "other", [{"minAccessRole": "owner"}, {"showDeleted": "false"}, {"showHidden": "false"}]
)
def test_some_parameters_do_not_go_with_a_token_of_the_list(
    api: httpx.Client, other: dict[str, str]
) -> None:
    token = api.get(LIST).json()["nextSyncToken"]
    assert reason(api.get(LIST, params={"syncToken": token, **other})) == (400, "invalid")


def test_busy_time_leaves_out_what_is_declined_or_free(api: httpx.Client) -> None:
    items = [{"id": "primary"}, {"id": "c_1@group.calendar.google.com"}]
    reply = api.post("/freeBusy", json={**WEEK, "items": items}).json()
    assert reply["timeMin"] == "2026-05-03T22:00:00.000Z"
    assert reply["calendars"]["primary"]["busy"] == [
        {"start": "2026-05-04T07:30:00Z", "end": "2026-05-04T08:00:00Z"},
        {"start": "2026-05-05T16:30:00Z", "end": "2026-05-05T17:15:00Z"},
        {"start": "2026-05-06T12:00:00Z", "end": "2026-05-06T13:30:00Z"},
        {"start": "2026-05-07T17:30:00Z", "end": "2026-05-07T19:00:00Z"},
    ]
    assert reply["calendars"][items[1]["id"]]["errors"][0]["reason"] == "notFound"


def test_busy_times_that_touch_are_one(api: httpx.Client) -> None:
    for start, end in (("08:00", "09:00"), ("09:00", "10:00"), ("08:30", "09:30")):
        times = {
            name: {"dateTime": f"2026-05-08T{at}:00Z"}
            for name, at in (("start", start), ("end", end))
        }
        api.post("/calendars/primary/events", json=times).raise_for_status()
    friday = {"timeMin": "2026-05-08T08:15:00Z", "timeMax": "2026-05-09T00:00:00Z"}
    reply = api.post("/freeBusy", json={**friday, "items": [{"id": "primary"}]}).json()
    assert reply["calendars"]["primary"]["busy"] == [
        {"start": "2026-05-08T08:15:00Z", "end": "2026-05-08T10:00:00Z"}
    ]


def test_busy_time_of_no_time_or_of_too_many_is_refused(api: httpx.Client) -> None:
    backwards = {"timeMin": WEEK["timeMax"], "timeMax": WEEK["timeMin"], "items": []}
    assert reason(api.post("/freeBusy", json=backwards)) == (400, "timeRangeEmpty")
    many = [{"id": f"c_{n}@group.calendar.google.com"} for n in range(51)]
    assert reason(api.post("/freeBusy", json={**WEEK, "items": many})) == (400, "invalid")


def test_settings_and_colours_can_be_read(api: httpx.Client) -> None:
    assert api.get("/users/me/settings/timezone").json()["value"] == "Europe/Berlin"
    assert reason(api.get("/users/me/settings/nothing")) == (404, "notFound")
    assert api.get("/colors").json()["event"]["1"]["background"] == "#a4bdfc"


def test_what_the_sandbox_does_not_have_says_so(google: GoogleHarness) -> None:
    with httpx.Client(base_url=google.server.origin) as web:
        for path in (
            "/calendar/v3/users/me/settings",
            "/calendar/v3/nothing",
            "/drive/v3/files",
        ):
            reply = web.get(path)
            assert reply.status_code == 501
            assert path in reply.json()["error"]["message"]
    google.sandbox.app.wrong.clear()  # type: ignore[attr-defined]


# Who may do what.

SCOPES = {
    "own-events": ("calendar.app.created", "GET", "/calendars/{own}/events", 200),
    "own-calendar": ("calendar.app.created", "GET", "/calendars/{own}", 200),
    "not-the-list": ("calendar.app.created", "GET", LIST, 403),
    "not-the-primary": ("calendar.app.created", "GET", "/calendars/primary/events", 404),
    "not-busy-time": ("calendar.app.created", "POST", "/freeBusy", 403),
    "not-settings": ("calendar.app.created", "GET", "/users/me/settings/timezone", 403),
    "the-list": ("calendar.calendarlist.readonly", "GET", LIST, 200),
    "not-events": ("calendar.calendarlist.readonly", "GET", "/calendars/primary/events", 403),
    "busy-time": ("calendar.freebusy", "POST", "/freeBusy", 200),
    "everything": ("calendar", "GET", "/calendars/primary/events", 200),
    "reading": ("calendar.events.readonly", "GET", "/calendars/primary/events", 200),
    "not-writing": ("calendar.events.readonly", "DELETE", "/calendars/primary/events/x", 403),
}


@pytest.mark.parametrize("case", SCOPES.values(), ids=SCOPES.keys())
def test_a_scope_opens_what_the_description_says(
    google: GoogleHarness, api: httpx.Client, case: tuple[str, str, str, int]
) -> None:
    scope, verb, path, status = case
    headers = {"authorization": f"Bearer {google.sandbox.grant(scope)}"}
    body = {**WEEK, "items": [{"id": "primary"}]} if verb == "POST" else None
    where = path.format(own=google.calendar.id)
    reply = api.request(verb, where, headers=headers, json=body)
    assert reply.status_code == status, reply.text
    if status == 403:
        assert reason(reply) == (403, "insufficientPermissions")
        (detail,) = reply.json()["error"]["details"]
        assert detail["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_who_may_see_busy_time_sees_no_titles(google: GoogleHarness, api: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {google.sandbox.token}"}
    page = api.get("/calendars/primary/events", headers=headers).json()
    assert page["accessRole"] == "freeBusyReader"
    assert page["items"]
    assert not any("summary" in event for event in page["items"])
    one = api.get(f"/calendars/primary/events/{page['items'][0]['id']}", headers=headers).json()
    assert "summary" not in one


@pytest.mark.parametrize(
    ("header", "why"),
    [(None, "required"), ("Bearer no", "authError"), ("Basic x", "authError")],
)
def test_without_a_good_token_nothing_is_told(
    google: GoogleHarness, header: str | None, why: str
) -> None:
    headers = {"authorization": header} if header else {}
    reply = httpx.get(f"{google.server.origin}/calendar/v3/colors", headers=headers)
    assert reason(reply) == (401, why)


# Signing in.


def form(google: GoogleHarness, **more: str) -> dict[str, str]:
    kept = json.loads(google.token_file.read_text())
    return {name: kept[name] for name in ("client_id", "client_secret")} | more


def test_a_refresh_token_yields_access(google: GoogleHarness) -> None:
    kept = json.loads(google.token_file.read_text())
    asked = form(google, grant_type="refresh_token", refresh_token=kept["refresh_token"])
    answer = httpx.post(f"{google.server.origin}/token", data=asked).json()
    assert google.sandbox.grants.scopes(f"Bearer {answer['access_token']}")
    assert answer["expires_in"] == 3599
    assert set(answer["scope"].split()) == set(kept["scopes"])


REFUSED: dict[str, tuple[dict[str, str], int, str]] = {
    "unknown-token": (
        {"grant_type": "refresh_token", "refresh_token": "1//x"},
        400,
        "invalid_grant",
    ),
    "unknown-code": ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
    "unknown-kind": ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    "unknown-client": ({"client_id": "other"}, 401, "invalid_client"),
}


@pytest.mark.parametrize(("more", "status", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_request_for_a_token_is_refused(
    google: GoogleHarness, more: dict[str, str], status: int, error: str
) -> None:
    reply = httpx.post(f"{google.server.origin}/token", data=form(google) | more)
    assert (reply.status_code, reply.json()["error"]) == (status, error)


def consent(google: GoogleHarness, **more: str) -> httpx.Response:
    asked = {
        "client_id": form(google)["client_id"],
        "response_type": "code",
        "redirect_uri": "http://localhost:1/",
        "scope": "https://www.googleapis.com/auth/calendar.app.created",
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    return httpx.get(f"{google.server.origin}/o/oauth2/auth", params=asked | more)


def code_of(reply: httpx.Response) -> str:
    assert reply.status_code == 302
    return parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]


def exchange(google: GoogleHarness, code: str, **more: str) -> Any:
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "http://localhost:1/",
    }
    return httpx.post(f"{google.server.origin}/token", data=form(google, **asked) | more).json()


def test_a_code_is_good_once_and_for_who_asked(google: GoogleHarness) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # of RFC 7636, appendix B
    code = code_of(consent(google))
    answer = exchange(google, code, code_verifier=verifier)
    assert answer["refresh_token"]
    assert exchange(google, code, code_verifier=verifier)["error"] == "invalid_grant"
    assert exchange(google, code_of(consent(google)))["error"] == "invalid_grant"
    elsewhere = {"code_verifier": verifier, "redirect_uri": "http://localhost:2/"}
    assert exchange(google, code_of(consent(google)), **elsewhere)["error"] == "invalid_grant"


def test_consent_is_only_for_this_client_and_loopback(google: GoogleHarness) -> None:
    assert consent(google, client_id="other").json()["error"] == "invalid_client"
    away = consent(google, redirect_uri="https://example.org/")
    assert away.json()["error"] == "redirect_uri_mismatch"
