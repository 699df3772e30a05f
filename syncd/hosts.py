"""Addresses of services, and which of them lead to this machine.

What checks a text raises ValueError with words that finish the sentence
"`setting` is VALUE: ...", and never repeat the value.
"""

import ipaddress
import re
from dataclasses import dataclass

_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?")
_LONGEST = 253
"""Characters of a name; RFC 1035."""
_LAST_PORT = 65535
_NO_HOST = "its host is no name and no address of a machine; correct that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """An address of the web. host: without brackets. rest: what follows the host and port."""

    scheme: str
    host: str
    port: int | None
    rest: str

    @property
    def origin(self) -> str:
        """Return it without its rest."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")


def web(text: str) -> Web:
    """Take an address apart: https, or http to this machine."""
    if not text.isprintable() or " " in text:
        raise ValueError("take out the blanks and what can't be seen")
    scheme, mark, after = text.partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        raise ValueError("begin it with https://, as in https://api.example.com")
    if "@" in after:
        raise ValueError(
            "take out the name or the password before the @; they have settings of their own"
        )
    end = min((at for at in map(after.find, "/?#") if at >= 0), default=len(after))
    host, port = _authority(after[:end])
    if scheme.lower() == "http" and not is_here(host):
        raise ValueError(
            "plain http is for this machine alone (localhost, 127.0.0.1, [::1]); use https"
        )
    return Web(scheme=scheme.lower(), host=host, port=port, rest=after[end:])


def service(text: str) -> str:
    """Check the address of a service: a scheme, a host, and perhaps a port."""
    address = web(text)
    if address.rest.strip("/"):
        raise ValueError("end it after the host; syncd adds the rest")
    return address.origin


def host(text: str) -> str:
    """Check the name or the address of a server; empty for none."""
    if not text or _is_host(text):
        return text
    raise ValueError(
        "write the server's name alone, such as smtp.example.org; its port has a setting of"
        " its own"
    )


def is_here(host: str) -> bool:
    """Say whether a host (without brackets) is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # an address of the old kind inside one of the new is not what anyone types
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def host_of(authority: str) -> str:
    """Return the host of a host and port, as a Host header has them."""
    return _authority(authority)[0]


def _authority(text: str) -> tuple[str, int | None]:
    """Return the host and the port before an address's path."""
    match = _AUTHORITY.fullmatch(text)
    if not match:
        raise ValueError(_NO_HOST)
    inner = match[1].removeprefix("[").removesuffix("]")
    bracketed = inner != match[1]
    if bracketed is not (":" in inner) or not _is_host(inner):
        raise ValueError(_NO_HOST)
    return inner.lower(), _port(match[2])


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) <= _LAST_PORT:
        raise ValueError("its port is no number from 1 to 65535; correct that")
    return int(text)


def _is_host(text: str) -> bool:
    """Say whether a text is a name, or an address without brackets."""
    if ":" in text or text.rpartition(".")[2].isdigit():
        return _is_address(text)
    return len(text) <= _LONGEST and _NAME.fullmatch(text) is not None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
