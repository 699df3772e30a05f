"""A person's text inside Markdown: it shows as it is and does nothing else."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

_INLINE = re.compile(r"([\\`*_\[\]<>|~&#$])")
_AT_START = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")
_DIRECTIONS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_URL_SAFE = "/:?#@!$&'*+,;=%~-._"


def inline(text: str) -> str:
    """Return ``text`` on one line, with all that Markdown or HTML would act on escaped."""
    shown = " ".join("".join(map(_visible, text)).split())
    return _AT_START.sub(_held, _INLINE.sub(r"\\\1", shown))


def quoted(text: str, indent: str = "") -> list[str]:
    """Return a text of several lines as a quotation."""
    lines = text.strip().splitlines()
    return [f"{indent}> {inline(line)}".rstrip() for line in lines]


def link(title: str, url: str) -> str:
    """Return a title that leads to ``url`` where that is a web address, else the title."""
    try:
        is_web = urlsplit(url.strip()).scheme in ("http", "https")
    except ValueError:
        is_web = False
    shown = inline(title)
    return f"[{shown}](<{quote(url.strip(), safe=_URL_SAFE)}>)" if is_web else shown


def _visible(one: str) -> str:
    """Control and direction marks become spaces: they could hide what stands there."""
    hides = unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in _DIRECTIONS
    return " " if hides else one


def _held(match: re.Match[str]) -> str:
    sign, number, dot = match.groups()
    return f"\\{sign}" if sign else f"{number}\\{dot}"
