"""What is kept of a conversation names no one and opens nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.testing.scrubbing import ORIGIN, SECRET, Scrubber

SECRET_TEXT = "ntn_51a7f0c3d9"  # noqa: S105  # of no service
LOCAL = "http://127.0.0.1:40123"


@pytest.fixture
def scrubber() -> Scrubber:
    return Scrubber([LOCAL], [SECRET_TEXT])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"access_token": "ya29.x"}, {"access_token": SECRET}),
        ({"a": [{"refresh_token": "1//x"}]}, {"a": [{"refresh_token": SECRET}]}),
        (
            {"client_id": 12, "client_secret": "s"},
            {"client_id": SECRET, "client_secret": SECRET},
        ),
        ({"sync_token": "abc"}, {"sync_token": "abc"}),
        ({"nextSyncToken": "abc"}, {"nextSyncToken": "abc"}),
        ({"code": "object_not_found"}, {"code": "object_not_found"}),
        ({"note": f"my {SECRET_TEXT}!"}, {"note": f"my {SECRET}!"}),
        ({"next": f"{LOCAL}/v1/x"}, {"next": f"{ORIGIN}/v1/x"}),
        ({"who": "maria.lang@gmail.com"}, {"who": "person-1@example.org"}),
        (
            {"text": "ask a@b.co, c@d.co"},
            {"text": "ask person-1@example.org, person-2@example.org"},
        ),
        ({"email": "ada@example.org"}, {"email": "ada@example.org"}),
        (
            {"id": "c_9f@group.calendar.google.com"},
            {"id": "c_9f@group.calendar.google.com"},
        ),
        (
            {"id": "p", "created_by": {"object": "user", "id": "u-7"}},
            {"id": "p", "created_by": {"object": "user", "id": "person-1"}},
        ),
        (
            {"object": "user", "id": "u-7", "name": "Maria Lang", "type": "person"},
            {"object": "user", "id": "person-1", "name": "person-2", "type": "person"},
        ),
        (
            {"creator": {"email": "maria@gmail.com", "self": True}},
            {"creator": {"email": "person-1@example.org", "self": True}},
        ),
        (
            {"user": {"full_name": "Maria Lang", "tz_info": {"timezone": "Europe/Paris"}}},
            {"user": {"full_name": "person-1", "tz_info": {"timezone": "Europe/Paris"}}},
        ),
        ({"user_id": "40010001"}, {"user_id": "999999001"}),
        ({"user_id": 40010001}, {"user_id": 999999001}),
        ({"added_by_uid": None, "uid": ""}, {"added_by_uid": None, "uid": ""}),
        (
            {"last_edited_by": {"id": "5e000000-0000-4000-8000-0000000000b0"}},
            {"last_edited_by": {"id": "00000000-0000-4000-8000-000000000001"}},
        ),
        ({"creator_uid": "40010001"}, {"creator_uid": "999999001"}),
        (
            {"htmlLink": "https://www.google.com/calendar/event?eid=bWFyaWFAZ21haWwuY29t"},
            {"htmlLink": f"https://www.google.com/calendar/event?eid={SECRET}"},
        ),
        ({"name": "Tasks", "id": "7qWc"}, {"name": "Tasks", "id": "7qWc"}),
    ],
)
def test_json_is_told_without_secrets_and_people(
    scrubber: Scrubber, before: Any, after: Any
) -> None:
    assert json.loads(scrubber.body(json.dumps(before).encode())) == after


def test_one_person_keeps_one_name(scrubber: Scrubber) -> None:
    body = scrubber.body(b'[{"user_id": "u1"}, {"user_id": "u2"}, {"user_id": "u1"}]')
    assert [it["user_id"] for it in json.loads(body)] == ["person-1", "person-2", "person-1"]


def test_a_form_is_told_without_secrets_and_people(scrubber: Scrubber) -> None:
    body = b"grant_type=refresh_token&refresh_token=1%2F%2Fx&client_secret=s"
    assert scrubber.body(body) == (
        f"grant_type=refresh_token&refresh_token={SECRET}&client_secret={SECRET}".encode()
    )


def test_json_in_a_form_is_told_without_people(scrubber: Scrubber) -> None:
    body = b"sync_token=%2A&commands=%5B%7B%22user_id%22%3A%20%22u1%22%7D%5D"
    assert b"person-1" in scrubber.body(body)
    assert b"u1" not in scrubber.body(body)


def test_a_body_that_is_neither_is_told_without_secrets(scrubber: Scrubber) -> None:
    body = f"--b\r\nAuthorization: Bearer {SECRET_TEXT}\r\n\r\nto maria@gmail.com".encode()
    kept = scrubber.body(body)
    assert SECRET_TEXT.encode() not in kept
    assert b"maria" not in kept


def test_an_address_is_told_without_its_port_and_people(scrubber: Scrubber) -> None:
    url = f"{LOCAL}/calendars/maria%40gmail.com/events?pageToken=a%2Fb&token={SECRET_TEXT}"
    kept = scrubber.url(url)
    assert (
        kept == f"{ORIGIN}/calendars/person-1@example.org/events?pageToken=a%2Fb&token={SECRET}"
    )


def test_only_headers_that_matter_are_kept(scrubber: Scrubber) -> None:
    asked = {
        "Authorization": "Bearer x",
        "Cookie": "a=b",
        "User-Agent": "python",
        "Notion-Version": "2026-03-11",
        "Content-Type": "application/json",
        "If-Match": '"7"',
    }
    assert set(scrubber.request_headers(asked)) == {
        "Notion-Version",
        "Content-Type",
        "If-Match",
    }
    answered = {"Set-Cookie": ["a=b"], "date": ["Mon"], "ETag": ['"7"'], "cf-ray": ["8"]}
    assert scrubber.reply_headers(answered) == {"date": ["Mon"], "ETag": ['"7"']}


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["maria@gmail.com", "u1", "999999001", "ask a@b.co", SECRET_TEXT, LOCAL]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "user", "user_id", "email", "token", "x", "owner"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(value=_VALUES)
def test_what_is_scrubbed_is_left_alone_by_the_next(value: Any) -> None:
    kept = Scrubber([LOCAL], [SECRET_TEXT]).body(json.dumps(value).encode())
    assert Scrubber([], []).body(kept) == kept
    assert b"maria" not in kept
    assert SECRET_TEXT.encode() not in kept
