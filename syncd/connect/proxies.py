"""Which proxy a request goes through, by the environment's variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from syncd.errors import Mistake
from syncd.hosts import is_here

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
        found = {
            scheme: given
            for scheme in (*_SCHEMES, "all")
            if (given := _variable(environ, f"{scheme}_proxy"))
        }
        return cls(by_scheme=found, without=_variable(environ, "no_proxy"))

    def way(self, scheme: str, host: str, port: int | None) -> "httpcore.Proxy | None":
        """Return the proxy for an address, or None. Raises ``Mistake``."""
        given = self.by_scheme.get(scheme) or self.by_scheme.get("all")
        if not given or is_here(host) or self._is_exempt(host, port or _PORTS[scheme]):
            return None
        return _proxy(given)

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be shown: passwords, alone and with their names."""
        found: list[str] = []
        for given in self.by_scheme.values():
            person = given.rpartition("://")[2].rpartition("@")[0]
            name, colon, password = person.partition(":")
            if colon and password:
                plain = unquote(password)
                found += [password, plain, f"{unquote(name)}:{plain}"]
        return tuple(found)

    def _is_exempt(self, host: str, port: int) -> bool:
        entries = [it.strip().lower() for it in self.without.split(",")]
        return any(_meets(it, host.lower(), port) for it in entries if it)


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
