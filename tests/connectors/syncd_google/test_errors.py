"""What a connection that fails, or a reply that is none, means."""

import httplib2
import httpx
import pytest
from google.auth.exceptions import RefreshError, TransportError

from syncd.errors import SignIn, TryLater, Unclear
from syncd_google.client import RefusedReply, failure

BROKEN: dict[str, tuple[Exception, type, type]] = {
    "refused": (httpx.ConnectError("refused"), TryLater, TryLater),
    "no-trust": (httpx.ConnectError("CERTIFICATE_VERIFY_FAILED"), TryLater, TryLater),
    "no-proxy": (httpx.ProxyError("407"), TryLater, TryLater),
    "reset": (httpx.ReadError("reset"), TryLater, Unclear),
    "silent": (httpx.ReadTimeout("late"), TryLater, Unclear),
    "no-reply": (httpx.RemoteProtocolError("no reply"), TryLater, Unclear),
    "half-a-reply": (httpx.DecodingError("half"), TryLater, Unclear),
    "no-json": (ValueError(), TryLater, Unclear),
    "sign-in-away": (TransportError("away"), TryLater, TryLater),  # type: ignore[no-untyped-call]  # its library has no types
    "sign-in-busy": (RefreshError("busy", retryable=True), TryLater, TryLater),  # type: ignore[no-untyped-call]  # its library has no types
    "sign-in-over": (RefreshError("invalid_grant"), SignIn, SignIn),  # type: ignore[no-untyped-call]  # its library has no types
    "sign-in-over-without-a-word": (RefreshError(), SignIn, SignIn),  # type: ignore[no-untyped-call]  # its library has no types
}


@pytest.mark.parametrize(("error", "read", "wrote"), BROKEN.values(), ids=BROKEN.keys())
def test_what_breaks_says_whether_something_was_done(
    error: Exception, read: type, wrote: type
) -> None:
    assert type(failure(error, write=False)) is read
    assert type(failure(error, write=True)) is wrote


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
    assert type(failure(RefusedReply(reply, body), write=True)) is Unclear
    assert type(failure(RefusedReply(reply, body), write=False)) is TryLater
