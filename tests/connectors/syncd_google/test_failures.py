"""What a connection that fails, or a reply that is none, means."""

import http.client
import ssl

import httplib2
import pytest
from google.auth.exceptions import RefreshError, TransportError
from googleapiclient.errors import HttpError

from syncd.errors import SignIn, TryLater, Unclear
from syncd_google.failures import failure

BROKEN: dict[str, tuple[Exception, type, type]] = {
    "refused": (ConnectionRefusedError(), TryLater, TryLater),
    "no-such-host": (httplib2.ServerNotFoundError(), TryLater, TryLater),
    "no-trust": (ssl.SSLError(), TryLater, TryLater),
    "reset": (ConnectionResetError(), TryLater, Unclear),
    "silent": (TimeoutError(), TryLater, Unclear),
    "half-a-reply": (http.client.IncompleteRead(b"{"), TryLater, Unclear),
    "no-reply": (http.client.RemoteDisconnected(), TryLater, Unclear),
    "no-json": (ValueError(), TryLater, Unclear),
    "sign-in-away": (TransportError("away"), TryLater, TryLater),
    "sign-in-busy": (RefreshError("busy", retryable=True), TryLater, TryLater),
    "sign-in-over": (RefreshError("invalid_grant"), SignIn, SignIn),
    "sign-in-over-without-a-word": (RefreshError(), SignIn, SignIn),
}


@pytest.mark.parametrize(("error", "read", "wrote"), BROKEN.values(), ids=BROKEN.keys())
def test_what_breaks_says_whether_something_was_done(
    error: Exception, read: type, wrote: type
) -> None:
    assert type(failure(error, write=False)) is read
    assert type(failure(error, write=True)) is wrote


def test_who_cannot_be_reached_again_may_have_done_it() -> None:
    """httplib2 connects once more where a kept connection was closed without a reply."""
    again = ConnectionRefusedError()
    again.__context__ = http.client.RemoteDisconnected()
    assert type(failure(again, write=True)) is Unclear
    assert type(failure(again, write=False)) is TryLater


BODIES = {
    "empty": b"",
    "html": b"<html>",
    "list": b"[]",
    "text": b'{"error": "no"}',
    "null": b"null",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_an_error_without_a_usual_body_is_known_by_its_status(body: bytes) -> None:
    reply = httplib2.Response({"status": 503, "retry-after": "soon"})
    assert type(failure(HttpError(reply, body), write=True)) is Unclear
    assert type(failure(HttpError(reply, body), write=False)) is TryLater
