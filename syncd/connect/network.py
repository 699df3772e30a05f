"""What a connector's transport needs of syncd: how fast it may ask, through which proxy, how long to wait."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from syncd.clock import Clock
from syncd.errors import Mistake, Stopped, wait_of
from syncd.hosts import is_here
from syncd.redaction import Secrets

if TYPE_CHECKING:  # httpcore takes its time to import
    import httpcore

_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxies that ``https_proxy``, ``http_proxy``, ``all_proxy`` and ``no_proxy`` name.

    What is on this machine is always asked directly.
    """

    by_scheme: Mapping[str, str] = field(default_factory=dict)
    without: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Proxies":
        """Return what an environment says; names in small letters come first."""
        proxies = {
            scheme: given
            for scheme in (*_SCHEMES, "all")
            if (given := _variable(environ, f"{scheme}_proxy"))
        }
        return cls(by_scheme=proxies, without=_variable(environ, "no_proxy"))

    def way(self, scheme: str, host: str, port: int | None) -> "httpcore.Proxy | None":
        """Return the proxy for an address, or None. Raises ``Mistake``."""
        given = self.by_scheme.get(scheme) or self.by_scheme.get("all")
        if not given or is_here(host) or self._is_exempt(host, port or _PORTS[scheme]):
            return None
        return _proxy(given)

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be shown: passwords, alone and with their names."""
        secrets: list[str] = []
        for given in self.by_scheme.values():
            person = given.rpartition("://")[2].rpartition("@")[0]
            name, colon, password = person.partition(":")
            if colon and password:
                plain = unquote(password)
                secrets += [password, plain, f"{unquote(name)}:{plain}"]
        return tuple(secrets)

    def _is_exempt(self, host: str, port: int) -> bool:
        entries = [entry.strip().lower() for entry in self.without.split(",")]
        return any(_meets(entry, host.lower(), port) for entry in entries if entry)


def _meets(entry: str, host: str, port: int) -> bool:
    """Say whether an entry of ``no_proxy`` names a host: by itself or the domain that it is
    in, with or without a port; by address or network; ``*`` for all."""
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        pass  # a name, on either side
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal():
        if int(number) != port:
            return False
        entry = name
    domain = entry.removeprefix("*").lstrip(".")
    return entry == "*" or host == domain or (bool(domain) and host.endswith(f".{domain}"))


def _variable(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def _proxy(given: str) -> "httpcore.Proxy":
    import httpcore

    parts = urlsplit(given if "://" in given else f"http://{given}")
    try:
        port = parts.port
    except ValueError as error:
        raise Mistake(_UNUSABLE) from error
    if parts.scheme != "http" or not parts.hostname:
        raise Mistake(_UNUSABLE)
    bare = httpcore.URL(
        scheme=parts.scheme, host=parts.hostname, port=port or _PORTS[parts.scheme], target="/"
    )
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    return httpcore.Proxy(bare, auth=(name, password) if name or password else None)


_PORTS = {"http": 80, "https": 443}
_UNUSABLE = (
    "The proxy that the environment names can't be used: give HTTPS_PROXY an address such as"
    " http://proxy.example:3128 (no TLS to the proxy itself, no SOCKS)."
)


def http_date(text: object) -> datetime | None:
    """Return the instant that a Date or a Retry-After header names; None for no such."""
    if not isinstance(text, str) or not text:
        return None
    from email.utils import parsedate_to_datetime  # takes long to import, and few ask

    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return None  # what that parser raises depends on what is wrong with the text
    return instant if instant.tzinfo is not None else None


def asked_wait(raw: object, now: datetime | None) -> float | None:
    """Return the seconds that ``raw`` asks for; ``now``: the service's own time, if known."""
    raw = raw.strip() if isinstance(raw, str) else raw
    seconds = wait_of(raw)
    until = http_date(raw) if seconds is None and now is not None else None
    if until is None or now is None:
        return seconds
    return wait_of(max(0.0, (until - now).total_seconds()))


_FARTHEST = timedelta(days=36525)
"""A clock is believed to be wrong by a century at the most; more is no date at all."""
_LOOK = 0.25
"""Seconds of a pause between two looks at whether syncd is to stop."""
_MARGIN = 1.0
"""Seconds that a window is believed to be longer: requests arrive unevenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """How many requests a service allows in a window of so many seconds.

    writes: how many items one request writes, as far as that is known. items: what a person
    calls these.
    """

    requests: int
    seconds: float
    writes: int = 1
    items: str = "items"

    @property
    def per_minute(self) -> int:
        """Return how many items can be written in a minute."""
        return max(1, round(self.requests * self.writes * 60 / self.seconds))


class RateLimiter:
    """Counts a tool's requests and lets no more go out than its service's limit.

    One instance a tool; its lane is one thread. ``offset`` is the service's clock less
    ours, once a reply told; ``received`` counts the bytes of its replies.
    """

    def __init__(self, clock: Clock, rate_limit: RateLimit | None = None) -> None:
        self.clock = clock
        self.rate_limit = rate_limit
        self._sent: deque[float] = deque(maxlen=rate_limit.requests if rate_limit else 0)
        self._stopping: Callable[[], bool] | None = None
        self._reading = 0
        self._goes_on: float | None = None
        self.total = 0
        self.received = 0
        self.offset: timedelta | None = None

    def heed(self, stopping: Callable[[], bool]) -> None:
        """Look at ``stopping`` during pauses, and between the requests of a reading."""
        self._stopping = stopping

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is asked for meanwhile may be given up between two requests."""
        self._reading += 1
        try:
            yield
        finally:
            self._reading -= 1

    def request(self) -> None:
        """Count one request, once it is its turn. Raises ``Stopped`` while reading."""
        self._go_on()
        wait = self._until_allowed()
        if wait > 0:
            self._goes_on = self.clock.monotonic() + wait
            try:
                self.sleep(wait)
            finally:
                self._goes_on = None
            self._go_on()
        self._sent.append(self.clock.monotonic())
        self.total += 1

    @property
    def pausing(self) -> bool:
        """Whether a request waits for its turn."""
        return self._goes_on is not None

    @property
    def pause(self) -> float:
        """Return the seconds until a request that waits for its turn goes out, else 0."""
        goes_on = self._goes_on
        return 0.0 if goes_on is None else max(0.0, goes_on - self.clock.monotonic())

    def sleep(self, wait: float) -> bool:
        """Wait; True as soon as syncd is to stop."""
        if self._stopping is None:
            return self.clock.sleep(wait)
        while wait > 0 and not self._stopping():
            if self.clock.sleep(min(wait, _LOOK)):
                return True
            wait -= _LOOK
        return self._stopping()

    def note(self, date_header: str | None, size: int = 0) -> None:
        """Learn the service's clock from the Date header of a reply of so many bytes."""
        self.received += size
        theirs = http_date(date_header)
        if theirs is None:
            return
        offset = theirs - self.clock.now()
        if abs(offset) <= _FARTHEST:
            self.offset = offset

    def _go_on(self) -> None:
        if self._reading and self._stopping is not None and self._stopping():
            raise Stopped("syncd was asked to stop: this is read next time.")

    def _until_allowed(self) -> float:
        """Return the seconds until one more request is within the limit."""
        rate_limit = self.rate_limit
        if rate_limit is None or len(self._sent) < rate_limit.requests:
            return 0.0
        ends = self._sent[0] + rate_limit.seconds + _MARGIN
        return max(0.0, ends - self.clock.monotonic())


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What a transport needs of syncd, whatever it is that carries the requests.

    limiter: when the next request may go, and where requests are counted.
    secrets: what never comes back in an error.
    """

    limiter: RateLimiter
    secrets: Secrets = field(default_factory=Secrets)
    proxies: Proxies = field(default_factory=Proxies)
