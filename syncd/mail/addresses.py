"""Addresses as the settings write them: with or without a name."""

import re
import unicodedata
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.headerregistry import Address

from syncd.errors import Mistake

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\u200c\u200d")
"""Joiners: scripts and emoji need them, and they turn nothing around."""


def one_line(text: str, longest: int) -> str:
    """Return a text that is safe in a header: one line, nothing unseen, not too long."""
    whole = re.sub(r"\s+", " ", "".join(map(_seen, text))).strip()
    return whole if len(whole) <= longest else whole[: longest - 1].rstrip() + "\u2026"


def _seen(letter: str) -> str:
    if letter in _BIDI:
        return ""
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    unseen = kind in ("Cs", "Cf", "Co", "Cn") and letter not in _KEPT
    return "" if unseen else letter


def parse(text: str, setting: str) -> Address:
    """Read ``Name <a@b>`` or ``a@b``; the domain comes out in ASCII. Raises ``Mistake``."""
    name, found, rest = text.rpartition("<")
    bare = rest.rstrip().removesuffix(">") if found else text.strip()
    user, _, domain = bare.rpartition("@")
    try:
        user.encode("ascii")
        domain = domain.encode("idna").decode("ascii")
        shown = one_line(name, 100).strip('" ')
        made = Address(display_name=shown, addr_spec=f"{user}@{domain}")
    except (UnicodeError, ValueError, HeaderParseError, IndexError):
        made = None
    if made is None or not user or not domain or re.search(r"[\s<>,;]", bare):
        raise Mistake(
            f"`{setting}` names an address that mail can't be sent with: write one such as"
            " ada@example.org, in plain letters before the @."
        )
    return made


def distinct(addresses: Iterable[Address], but: Iterable[Address] = ()) -> list[Address]:
    """Return each address once, upper and lower case being one, without those of ``but``."""
    known = {one.addr_spec.lower() for one in but}
    found = []
    for one in addresses:
        if one.addr_spec.lower() not in known:
            known.add(one.addr_spec.lower())
            found.append(one)
    return found
