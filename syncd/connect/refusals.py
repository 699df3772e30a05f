"""The one table from what a service answers over HTTP to what happens next.

A connector says more where its service does: by codes and reasons in the body, or for a
status of its own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syncd.connect.network import asked_wait, http_date
from syncd.errors import (
    Changed,
    Forbidden,
    Gone,
    NotFound,
    Refused,
    SignIn,
    ToolError,
    TryLater,
    Unclear,
)
from syncd.text import line

if TYPE_CHECKING:  # a connector that only is made asks nothing, and httpx takes long to import
    import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What sentences need of a service: its name, and what to do where it refuses.

    sign_in: how its user signs in again. forbidden: what to look at where something is not
    allowed. address: the setting of its address.
    """

    title: str
    sign_in: str
    forbidden: str = "look at who owns it"
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A reply that is none of what was asked for.

    status: of HTTP. body: its JSON, {} where it has none. seconds: how long the service
    asks to wait. write: the request was to change something.
    """

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    write: bool

    def text(self, *names: str) -> str:
        """Return the text under these keys of the body, as a sentence may quote it, or ""."""
        value: Any = self.body
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return line(value) if isinstance(value, str) else ""


Judge = Callable[[Service, Refusal, str], ToolError]
"""Returns what happens next; the text is what the service said, for a sentence."""


def refusal_of(
    response: "httpx.Response", *, write: bool, now: datetime | None = None
) -> Refusal:
    """Return a reply with an error status, its body read if it is JSON.

    ``now``: the service's own time where no Date header tells it.
    """
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = {}
    date = http_date(response.headers.get("date")) or now
    return Refusal(
        status=response.status_code,
        body=body if isinstance(body, dict) else {},
        seconds=asked_wait(response.headers.get("retry-after"), date),
        write=write,
    )


def judged(service: Service, refusal: Refusal, reason: str = "") -> ToolError:
    """Return what a status means where its service says no more than that."""
    reason = reason or f"status {refusal.status}"
    judge = STATUSES.get(refusal.status)
    if judge is None:
        judge = next(of for least, of in _RANGES if refusal.status >= least)
    return judge(service, refusal, reason)


def silence(title: str, what: str, *, write: bool) -> ToolError:
    """Return what it means that no usable reply came: a write may have been done."""
    if write:
        return Unclear(f"{title} {what}: looking before writing again.")
    return TryLater(f"{title} {what}: trying again later.")


def unreadable(title: str, *, write: bool) -> ToolError:
    """Return what a reply means that is not what was asked for."""
    return silence(title, "answered something that can't be read", write=write)


def unanswered(title: str, error: "httpx.RequestError", *, write: bool) -> ToolError:
    """Return what a request without a reply means."""
    import httpx

    from syncd.connect.http import Misdirected, TooLarge, WebPage

    if isinstance(error, httpx.ProxyError):
        return TryLater(f"No way to {title} through the proxy {line(str(error))}: {_PROXY}.")
    if isinstance(error, WebPage):
        return silence(title, f"is not what answers ({error})", write=write)
    if isinstance(error, Misdirected):
        return TryLater(f"{title} leads elsewhere ({error}): nothing was sent there.")
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
        return TryLater(
            f"{title} shows a certificate that is not trusted: if your network has one of its"
            " own, add it to the system's certificates or name it in SSL_CERT_FILE."
        )
    if _was_never_sent(error):
        return TryLater(f"{title} can't be reached ({_why(error)}): trying again later.")
    what = "did not answer"
    if isinstance(error, TooLarge | httpx.DecodingError):
        what = "answered something that can't be read"
    return silence(title, f"{what} ({_named(error)})", write=write)


def _was_never_sent(error: "httpx.RequestError") -> bool:
    import httpx

    return isinstance(
        error,
        httpx.ConnectError
        | httpx.ConnectTimeout
        | httpx.PoolTimeout
        | httpx.UnsupportedProtocol,
    )


def _why(error: "httpx.RequestError") -> str:
    """Return why no connection came about, in the system's words."""
    reason = line(str(error), 80)
    return _NUMBERED.sub("", reason) or type(error).__name__


def _named(error: "httpx.RequestError") -> str:
    import httpx

    if isinstance(error, httpx.DecodingError | httpx.TimeoutException):
        return line(str(error)) or type(error).__name__
    return type(error).__name__


_NUMBERED = re.compile(r"^\[Errno -?\d+\] ")
_PROXY = "see HTTPS_PROXY or ALL_PROXY; after 407 it wants a name and a password there"


def _sign_in(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return SignIn(
        f"{service.title} no longer accepts the sign-in ({reason}): {service.sign_in}."
    )


def _forbidden(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return Forbidden(f"{service.title} forbids this ({reason}): {service.forbidden}.")


def _missing(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return NotFound(f"{service.title} does not have this any more ({reason}).")


def _deleted(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return Gone(f"This was deleted in {service.title} ({reason}).")


def _edited(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return Changed(f"This was edited in {service.title} meanwhile ({reason}).")


def _slow_down(service: Service, refusal: Refusal, reason: str) -> ToolError:
    return TryLater(
        f"{service.title} asks to slow down ({reason}): trying later.", refusal.seconds
    )


def _later(service: Service, refusal: Refusal, reason: str) -> ToolError:
    return TryLater(
        f"{service.title} answered {refusal.status} ({reason}): trying later.", refusal.seconds
    )


def _proxy(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return TryLater(f"A proxy before {service.title} wants a sign-in ({reason}): {_PROXY}.")


def _network(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return TryLater(
        f"The network wants a sign-in before {service.title} ({reason}): open a browser and"
        " sign in there."
    )


def _refused(service: Service, _refusal: Refusal, reason: str) -> ToolError:
    return Refused(f"{service.title} refuses this ({reason}): change it in the plan.")


def _broken(service: Service, refusal: Refusal, reason: str) -> ToolError:
    if refusal.write:
        return silence(service.title, f"answered {refusal.status} ({reason})", write=True)
    return _later(service, refusal, reason)


def _elsewhere(service: Service, refusal: Refusal, reason: str) -> ToolError:
    if refusal.write:
        return silence(service.title, f"answered {refusal.status} ({reason})", write=True)
    where = f"see {service.address}" if service.address else "see its address in the settings"
    return TryLater(
        f"{service.title} answered {refusal.status}, which leads elsewhere ({reason}): syncd"
        f" follows nobody there; if that lasts, {where}."
    )


STATUSES: Mapping[int, Judge] = {
    401: _sign_in,
    403: _forbidden,
    404: _missing,
    407: _proxy,
    408: _later,
    409: _later,
    410: _deleted,
    412: _edited,
    423: _later,
    425: _later,
    429: _slow_down,
    511: _network,
    529: _slow_down,
}
_RANGES: tuple[tuple[int, Judge], ...] = (
    (500, _broken),
    (400, _refused),
    (0, _elsewhere),
)
"""From which status on, where it has no line of its own."""
