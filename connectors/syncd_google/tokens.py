"""The sign-in that is kept: the token file (authorized-user JSON), and its renewal."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.auth.exceptions import RefreshError, TransportError
from google.oauth2.credentials import Credentials

from syncd.errors import SignIn
from syncd.hosts import is_here, web
from syncd.private import make_folder, write
from syncd.text import is_token
from syncd_google.errors import SIGN_IN

_REFRESHING = ("refresh_token", "client_id", "client_secret")
_GOOGLE = ("googleapis.com", "google.com")
_USUAL_URI = "https://oauth2.googleapis.com/token"

GARBLED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What the libraries raise for an answer that they do not expect."""


class RenewedCredentials(Credentials):
    """The library's credentials, whose refresh fails in the library's own ways alone."""

    def refresh(self, request: Any) -> None:
        """Get a new access token.

        Raises ``RefreshError`` where the sign-in service says why it gives none, and
        ``TransportError`` for anything else that it answers.
        """
        before = self._refresh_token
        self._ask(request)
        if not is_good(self._refresh_token):
            self._refresh_token = before  # what was good until now is not given up for that
        if not is_good(self.token):
            self.token = None
            raise _no_answer("its answer can't be read")

    def _ask(self, request: Any) -> None:
        replies: list[Any] = []

        def ask(*args: Any, **kwargs: Any) -> Any:
            replies.append(request(*args, **kwargs))
            return replies[-1]

        try:
            super().refresh(ask)  # type: ignore[no-untyped-call]  # of the library
        except RefreshError as error:
            last = replies[-1] if replies else None
            if last is not None and last.status != 401 and not _is_oauth_refusal(last.data):
                raise _no_answer(f"status {last.status}") from error
            raise
        except GARBLED as error:
            raise _no_answer("its answer can't be read") from error


def load(path: Path, base_url: str | None = None) -> Credentials:
    """Return the credentials in ``path``, to be refreshed at the file's own address.

    The library's own reader always refreshes at Google's address, whatever
    ``token_uri`` says. That address must be Google's, or on the host of ``base_url``, or
    on this machine where that is; without ``base_url`` it may be anyone's. Raises ``SignIn``
    where there is nothing to sign in with.
    """
    raw = _read(path)
    lacking = [name for name in _REFRESHING if not raw.get(name)]
    if lacking and not raw.get("token"):
        raise SignIn(f"The token file {path} has no {', '.join(lacking)}: {SIGN_IN}.")
    _check(path, raw, base_url)
    # Without scopes: they were chosen when the person agreed, and a service that
    # names them otherwise when it refreshes would be taken for one that refuses.
    return RenewedCredentials(  # type: ignore[no-untyped-call]  # of the library
        token=raw.get("token"),
        token_uri=raw.get("token_uri") or _USUAL_URI,
        expiry=_expiry(raw.get("expiry")),
        **{name: raw.get(name) for name in _REFRESHING},
    )


def save(path: Path, credentials: Credentials) -> None:
    """Write what a refresh brought, leaving every other key of the file as it is."""
    try:
        raw = _read(path)
    except SignIn:
        return  # taken away meanwhile: the next reading says so
    raw["token"] = credentials.token
    if credentials.refresh_token and is_token(str(credentials.refresh_token)):
        raw["refresh_token"] = credentials.refresh_token
    if credentials.expiry is not None:
        raw["expiry"] = f"{credentials.expiry.isoformat()}Z"
    # A file that may not be written is no harm: the next start refreshes once more.
    with contextlib.suppress(OSError):
        write_private(path, raw)


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Put JSON in the place of ``path`` at once, readable by its owner alone."""
    make_folder(path.parent)
    write(path, json.dumps(content, indent=2))


def _check(path: Path, raw: dict[str, Any], base_url: str | None) -> None:
    """Raise ``SignIn`` where what the file holds can't be sent, or may not be sent there."""
    for name in ("token", *_REFRESHING):
        value = raw.get(name)
        if value and not (isinstance(value, str) and is_token(value)):
            raise SignIn(
                f"The `{name}` in the token file {path} is none (it holds what no token has, or"
                f" is far too long): {SIGN_IN}."
            )
    uri = raw.get("token_uri")
    if uri and not (isinstance(uri, str) and may_go_to(uri, base_url)):
        raise SignIn(
            f"The token file {path} has a `token_uri` where a sign-in of Google's is not"
            f" refreshed: {SIGN_IN}."
        )


def may_go_to(uri: str, base_url: str | None) -> bool:
    """Say whether a sign-in may be sent to an address."""
    try:
        host = web(uri).host
        served = web(base_url).host if base_url else host
    except ValueError:
        return False
    google = any(host == domain or host.endswith(f".{domain}") for domain in _GOOGLE)
    return google or host == served or (is_here(host) and is_here(served))


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SignIn(f"There is no token file {path} yet: {SIGN_IN}.") from error
    except (OSError, ValueError) as error:
        raise SignIn(f"The token file {path} cannot be read: {SIGN_IN}.") from error
    if not isinstance(raw, dict):
        raise SignIn(f"The token file {path} is no authorized-user JSON: {SIGN_IN}.")
    return raw


def _expiry(text: object) -> datetime | None:
    """Return when the access token ends, as the library wants it: UTC without a zone."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at.astimezone(UTC) if at.tzinfo else at).replace(tzinfo=None)
    except ValueError:
        return None


def is_good(value: object) -> bool:
    """Say whether what came as a token is one."""
    return isinstance(value, str) and is_token(value)


def _no_answer(what: str) -> TransportError:
    return TransportError(what)  # type: ignore[no-untyped-call]  # of the library


def _is_oauth_refusal(body: Any) -> bool:
    """Say whether a reply is a refusal as OAuth has it: RFC 6749, 5.2."""
    try:
        content = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return False
    return isinstance(content, dict) and isinstance(content.get("error"), str)
