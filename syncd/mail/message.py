"""Letters, their addresses, and from a letter to the bytes of a message."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from syncd.errors import Mistake
from syncd.text import DIRECTION_MARKS

if TYPE_CHECKING:  # these take long to import, and what only tells of mails needs none
    from email.headerregistry import Address
    from email.message import EmailMessage, MIMEPart

    from syncd.review.render.sections import ReviewPage

LONGEST_SUBJECT = 150
_TRANSFER = "quoted-printable"
"""Nothing on the way may break, wrap or strip what is encoded so."""
_JOINERS = frozenset("\u200c\u200d")
"""Scripts and emoji need them, and they turn nothing around."""
WriteHtml = Callable[["ReviewPage"], str]
"""Writes a page as a whole HTML document."""


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

    sender: "Address"
    recipients: tuple["Address", ...]
    cc: tuple["Address", ...] = ()

    def of(self, audience: MailAudience) -> tuple["Address", ...]:
        """Return those who get a message for this audience."""
        return self.recipients if audience is MailAudience.OWN else self.cc


def mail_addresses(sender: str, recipients: Iterable[str], cc: Iterable[str]) -> MailAddresses:
    """Read addresses as the settings write them; nobody stands twice. Raises ``Mistake``."""
    if not sender:
        raise Mistake("No mail can be sent without a sender: set `mail.sender`.")
    full = _distinct(_parse(address, "mail.recipients") for address in recipients)
    if not full:
        raise Mistake("No mail can be sent to nobody: set `mail.recipients`.")
    shared = _distinct((_parse(address, "mail.cc") for address in cc), but=full)
    return MailAddresses(
        sender=_parse(sender, "mail.sender"), recipients=tuple(full), cc=tuple(shared)
    )


def _parse(written: str, setting: str) -> "Address":
    """Read ``Name <a@b>`` or ``a@b``; the domain comes out in ASCII. Raises ``Mistake``."""
    from email.errors import HeaderParseError
    from email.headerregistry import Address

    name, bracket, rest = written.rpartition("<")
    bare = rest.rstrip().removesuffix(">") if bracket else written.strip()
    user, _, domain = bare.rpartition("@")
    try:
        user.encode("ascii")
        domain = domain.encode("idna").decode("ascii")
        shown = _one_line(name, 100).strip('" ')
        address = Address(display_name=shown, addr_spec=f"{user}@{domain}")
    except (UnicodeError, ValueError, HeaderParseError, IndexError):
        address = None
    if address is None or not user or not domain or re.search(r"[\s<>,;]", bare):
        raise Mistake(
            f"`{setting}` names an address that mail can't be sent with: write one such as"
            " ada@example.org, in plain letters before the @."
        )
    return address


def _distinct(addresses: Iterable["Address"], but: Iterable["Address"] = ()) -> list["Address"]:
    """Return each address once, upper and lower case being one, without those of ``but``."""
    known = {address.addr_spec.lower() for address in but}
    distinct = []
    for address in addresses:
        if address.addr_spec.lower() not in known:
            known.add(address.addr_spec.lower())
            distinct.append(address)
    return distinct


def _one_line(words: str, longest: int) -> str:
    """Return a text that is safe in a header: one line, nothing unseen, not too long."""
    whole = re.sub(r"\s+", " ", "".join(map(_seen, words))).strip()
    return whole if len(whole) <= longest else whole[: longest - 1].rstrip() + "\u2026"


def _seen(character: str) -> str:
    if character in DIRECTION_MARKS:
        return ""
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    unseen = kind in ("Cs", "Cf", "Co", "Cn") and character not in _JOINERS
    return "" if unseen else character


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message as a server takes it: from, to, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def envelope(letter: Letter, addresses: MailAddresses, now: datetime) -> Envelope:
    """Return a letter ready to be sent. The same letter gets the same Message-ID."""
    from email.policy import SMTP

    return Envelope(
        sender=addresses.sender.addr_spec,
        recipients=tuple(address.addr_spec for address in addresses.of(letter.audience)),
        content=message(letter, addresses, now).as_bytes(policy=SMTP),
    )


def message(letter: Letter, addresses: MailAddresses, now: datetime) -> "EmailMessage":
    """Return the message: plain text, HTML, and the picture inside the HTML."""
    from email.message import EmailMessage
    from email.policy import SMTP

    mail = EmailMessage(policy=SMTP)
    sender = addresses.sender
    name = _name(letter, sender)
    mail["Subject"] = _one_line(letter.subject, LONGEST_SUBJECT)
    mail["From"] = sender
    mail["To"] = addresses.recipients
    if letter.audience is MailAudience.SHARED:
        mail["Cc"] = addresses.cc
    mail["Date"] = now
    mail["Message-ID"] = f"<{name}@{sender.domain}>"
    mail["List-Id"] = f"<digest.syncd.{sender.domain}>"
    mail["List-Unsubscribe"] = f"<mailto:{sender.addr_spec}?subject=unsubscribe>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_encodable(letter.text), cte=_TRANSFER)
    mail.add_alternative(_encodable(letter.html), subtype="html", cte=_TRANSFER)
    mail.set_boundary(f"=_{name}_1")
    if letter.picture:
        _put_picture(mail.get_payload(1), letter.picture, name)  # type: ignore[arg-type]  # the HTML: a part, not text
    return mail


def _put_picture(html: "MIMEPart", picture: Picture, name: str) -> None:
    html.add_related(
        picture.png,
        "image",
        "png",
        cid=f"<{picture.name}>",
        disposition="inline",
        filename=f"{picture.name}.png",
        headers=[f"Content-Description: {_one_line(picture.words, 500)}"],
    )
    html.set_boundary(f"=_{name}_2")


def _name(letter: Letter, sender: "Address") -> str:
    """Derive the name of a message from what is sent once, so that copies are known as such."""
    parts = (letter.plan, letter.key, sender.addr_spec.lower())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _encodable(words: str) -> str:
    """Return a text that can be encoded, without NUL."""
    return words.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
