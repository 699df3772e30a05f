"""From a subject, a text and HTML to the bytes of a message, and who gets it."""

import re
import unicodedata
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.headerregistry import Address
from syncd.errors import Mistake
import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from enum import StrEnum


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


LONGEST_SUBJECT = 150
_TRANSFER = "quoted-printable"
"""Nothing on the way may break, wrap or strip what is encoded so."""


class MailAudience(StrEnum):
    """Who a message is for; each gets a message of its own."""

    OWN = "own"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG that the HTML shows by ``cid:NAME``, and what it says in words."""

    name: str
    png: bytes
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one audience is to read. ``period``: such as 2026-W47."""

    plan: str
    kind: str
    period: str
    audience: MailAudience
    subject: str
    text: str
    html: str
    picture: Picture | None = None

    @property
    def key(self) -> str:
        """Return what is sent once: this kind of letter, of this period, to this audience."""
        return key_of(self.kind, self.period, self.audience)


def key_of(kind: str, period: str, audience: MailAudience) -> str:
    """Return the key of a letter."""
    return f"{kind}/{period}/{audience}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddresses:
    """Who writes to whom."""

    sender: Address
    recipients: tuple[Address, ...]
    cc: tuple[Address, ...] = ()

    def who(self, audience: MailAudience) -> tuple[Address, ...]:
        """Return those who get a message for this audience."""
        return self.recipients if audience is MailAudience.OWN else self.cc


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message as a server takes it: from, to, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def mail_addresses(sender: str, recipients: Iterable[str], cc: Iterable[str]) -> MailAddresses:
    """Read addresses as the settings write them; nobody stands twice. Raises ``Mistake``."""
    if not sender:
        raise Mistake("No mail can be sent without a sender: set `mail.sender`.")
    full = distinct(parse(it, "mail.recipients") for it in recipients)
    if not full:
        raise Mistake("No mail can be sent to nobody: set `mail.recipients`.")
    shared = distinct((parse(it, "mail.cc") for it in cc), but=full)
    return MailAddresses(
        sender=parse(sender, "mail.sender"), recipients=tuple(full), cc=tuple(shared)
    )


def envelope(letter: Letter, people: MailAddresses, now: datetime) -> Envelope:
    """Return a letter ready to be sent. The same letter gets the same Message-ID."""
    return Envelope(
        sender=people.sender.addr_spec,
        recipients=tuple(it.addr_spec for it in people.who(letter.audience)),
        content=message(letter, people, now).as_bytes(policy=SMTP),
    )


def message(letter: Letter, people: MailAddresses, now: datetime) -> EmailMessage:
    """Return the message: plain text, HTML, and the picture inside the HTML."""
    made = EmailMessage(policy=SMTP)
    domain = people.sender.domain
    name = _name(letter, people.sender)
    made["Subject"] = one_line(letter.subject, LONGEST_SUBJECT)
    made["From"] = people.sender
    made["To"] = people.recipients
    if letter.audience is MailAudience.SHARED:
        made["Cc"] = people.cc
    made["Date"] = now
    made["Message-ID"] = f"<{name}@{domain}>"
    made["List-Id"] = f"<digest.syncd.{domain}>"
    made["List-Unsubscribe"] = f"<mailto:{people.sender.addr_spec}?subject=unsubscribe>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_plain(letter.text), cte=_TRANSFER)
    made.add_alternative(_plain(letter.html), subtype="html", cte=_TRANSFER)
    made.set_boundary(f"=_{name}_1")
    if letter.picture:
        _put_picture(made.get_payload(1), letter.picture, name)  # type: ignore[arg-type]  # the HTML: a part, not text
    return made


def _put_picture(html: MIMEPart, picture: Picture, name: str) -> None:
    html.add_related(
        picture.png,
        "image",
        "png",
        cid=f"<{picture.name}>",
        disposition="inline",
        filename=f"{picture.name}.png",
        headers=[f"Content-Description: {one_line(picture.words, 500)}"],
    )
    html.set_boundary(f"=_{name}_2")


def _name(letter: Letter, sender: Address) -> str:
    """Derive the name of a message from what is sent once, so that copies are known as such."""
    parts = (letter.plan, letter.key, sender.addr_spec.lower())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _plain(text: str) -> str:
    """Return a text that can be encoded, without NUL."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
