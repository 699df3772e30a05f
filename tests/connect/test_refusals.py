"""The one table from what a service answers to what happens next."""

import httpx
import pytest

from syncd.connect.http import Misdirected, TooLarge
from syncd.connect.refusals import Service, judged, refusal_of, unanswered, unreadable
from syncd.errors import (
    Changed,
    Forbidden,
    Gone,
    NotFound,
    Refused,
    SignIn,
    TryLater,
    Unclear,
)

SERVICE = Service(title="Tool", sign_in="sign in again", address="connectors.tool.base_url")
BY_STATUS = {
    **dict.fromkeys((100, 204, 301, 302, 307), (TryLater, Unclear)),
    **dict.fromkeys((400, 402, 405, 413, 422, 451, 499), (Refused, Refused)),
    401: (SignIn, SignIn),
    403: (Forbidden, Forbidden),
    404: (NotFound, NotFound),
    410: (Gone, Gone),
    412: (Changed, Changed),
    **dict.fromkeys((407, 408, 409, 423, 425, 429), (TryLater, TryLater)),
    **dict.fromkeys((500, 501, 502, 503, 504, 520, 599), (TryLater, Unclear)),
    **dict.fromkeys((511, 529), (TryLater, TryLater)),
}


@pytest.mark.parametrize("status", BY_STATUS)
def test_each_status_says_what_happens_next(status: int) -> None:
    read, write = BY_STATUS[status]
    reply = httpx.Response(status, json={"message": "no"})
    assert type(judged(SERVICE, refusal_of(reply, write=False))) is read
    assert type(judged(SERVICE, refusal_of(reply, write=True))) is write


@pytest.mark.parametrize("status", BY_STATUS)
def test_every_sentence_names_the_tool_and_says_what_to_do_or_what_syncd_does(
    status: int,
) -> None:
    error = judged(SERVICE, refusal_of(httpx.Response(status), write=False), "because")
    assert "Tool" in str(error)
    assert "because" in str(error)
    assert str(error).endswith(".")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"7", b"\xff", b"[" * 9999])
def test_a_body_that_is_no_object_says_nothing(body: bytes) -> None:
    assert refusal_of(httpx.Response(500, content=body), write=True).body == {}


def test_a_wait_is_read_from_the_header_by_the_services_own_clock() -> None:
    headers = {
        "retry-after": "Mon, 04 May 2026 08:01:00 GMT",
        "date": "Mon, 04 May 2026 08:00:00 GMT",
    }
    error = judged(SERVICE, refusal_of(httpx.Response(429, headers=headers), write=True))
    assert isinstance(error, TryLater)
    assert error.seconds == 60


def test_words_of_a_service_are_one_line_and_not_too_long() -> None:
    reply = httpx.Response(400, json={"error": {"message": "a\n\x1b[2Jb" + "c" * 999}})
    said = refusal_of(reply, write=True).text("error", "message")
    assert said.startswith("a [2Jbc")
    assert len(said) == 200


SILENCES = {
    "refused": (httpx.ConnectError("refused"), TryLater, TryLater),
    "late to connect": (httpx.ConnectTimeout("late"), TryLater, TryLater),
    "elsewhere": (Misdirected("elsewhere"), TryLater, TryLater),
    "by a proxy": (httpx.ProxyError("http://p:1: 407"), TryLater, TryLater),
    "no trust": (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), TryLater, TryLater),
    "late": (httpx.ReadTimeout("the deadline of the request is over"), TryLater, Unclear),
    "reset": (httpx.ReadError("reset"), TryLater, Unclear),
    "half sent": (httpx.WriteError("broken"), TryLater, Unclear),
    "no reply": (httpx.RemoteProtocolError("closed"), TryLater, Unclear),
    "too large": (TooLarge("larger than 32 MB"), TryLater, Unclear),
    "garbled": (httpx.DecodingError("no gzip"), TryLater, Unclear),
}


@pytest.mark.parametrize(("error", "read", "write"), SILENCES.values(), ids=SILENCES)
def test_without_a_reply_a_write_may_have_been_done_unless_it_never_left(
    error: httpx.RequestError, read: type, write: type
) -> None:
    assert type(unanswered("Tool", error, write=False)) is read
    assert type(unanswered("Tool", error, write=True)) is write


def test_a_reply_that_is_none_is_not_believed() -> None:
    assert isinstance(unreadable("Tool", write=False), TryLater)
    assert isinstance(unreadable("Tool", write=True), Unclear)
