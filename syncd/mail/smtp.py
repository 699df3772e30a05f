"""Sending one message over SMTP (RFC 5321), and what became of it.

The replies of a server (RFC 5321, 4.2) are read in time and bounded: ``smtplib`` waits anew
for each piece of a reply, and reads as many lines as come.
"""

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal, NoReturn

from syncd.errors import Mistake, SignIn, TryLater, Unclear
from syncd.mail.message import Envelope
from syncd.redaction import Secrets

Security = Literal["starttls", "tls", "none"]
BeforeEnd = Callable[[tuple[str, ...]], None]
"""Called with the recipients that were taken, right before the server may take over."""
PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_NEEDS_SIGN_IN = frozenset({530, 534, 535, 538})
_STARTS_WITH_A_DOT = re.compile(rb"^\.", re.MULTILINE)
MOST_BYTES = 64 * 1024
"""What one reply may hold, all its lines together; a server's are about a kilobyte."""
_PIECE = 4096
_USUAL = 30.0


class _Timed(smtplib.SMTP):
    """An SMTP connection on which a reply comes as a whole within ``reply_timeout`` seconds,
    or else those that it was made with."""

    reply_timeout: float | None = None
    _read_from: socket.socket | None = None
    _left: bytes = b""

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and the text of the next reply.

        Raises ``SMTPServerDisconnected`` where it does not come, ends too late or does not
        end, and ``SMTPResponseException`` for what is no reply.
        """
        ends, size, lines = monotonic() + self._seconds, 0, list[bytes]()
        while True:
            line = self._line(ends, MOST_BYTES - size)
            size += len(line)
            lines.append(line[4:].strip(b" \t\r\n"))
            code = line[:3]
            if not (code.isdigit() and line[3:4] in (b"", b" ", b"-", b"\r", b"\n")):
                self.close()
                raise smtplib.SMTPResponseException(-1, "no reply of a mail server")
            if line[3:4] != b"-":
                return int(code), b"\n".join(lines)

    @property
    def _seconds(self) -> float:
        return self.reply_timeout or self.timeout or _USUAL

    def _line(self, ends: float, most: int) -> bytes:
        if self._read_from is not self.sock:  # TLS began: what came before it is nobody's
            self._read_from, self._left = self.sock, b""
        while b"\n" not in self._left:
            if len(self._left) > most:
                self._hang_up("the reply does not end")
            self._left += self._more(ends)
        line, _, self._left = self._left.partition(b"\n")
        if len(line) > most:
            self._hang_up("the reply does not end")
        return line

    def _more(self, ends: float) -> bytes:
        left = ends - monotonic()
        if self.sock is None or left <= 0:
            self._hang_up("the reply took too long")
        self.sock.settimeout(left)
        try:
            piece = self.sock.recv(_PIECE)
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(f"the connection broke: {error}") from error
        finally:
            if self.sock is not None:
                self.sock.settimeout(self._seconds)
        if not piece:
            self._hang_up("the server closed the connection")
        return piece

    def _hang_up(self, why: str) -> NoReturn:
        self.close()
        raise smtplib.SMTPServerDisconnected(why)


class PlainSmtp(_Timed):
    """A connection that begins without TLS."""


class TlsSmtp(_Timed, smtplib.SMTP_SSL):
    """A connection that begins with TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server, how to reach it and who signs in.

    reply_timeout: seconds for each answer, however slowly it comes. end_timeout: seconds for
    the answer to the end of the message; RFC 5321 (4.5.3.2.6) asks for ten minutes, as
    giving up early is what makes doubles. trust: whose certificates are good, by default
    the system's. secrets: what no word of the server's may show.
    """

    host: str
    port: int | None = None
    security: Security = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    reply_timeout: float = 30.0
    end_timeout: float = 600.0
    trust: ssl.SSLContext | None = None
    secrets: Secrets = field(default_factory=Secrets, repr=False)

    @property
    def name(self) -> str:
        """Return the server's name for a person."""
        return f"The mail server {self.host}"

    def words(self, reply: bytes | str) -> str:
        """Return the server's words: one line, nothing unseen, not too long, no secrets."""
        text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply
        # as AUTH PLAIN sends them together (RFC 4616), which a server may quote
        own = Secrets([self.password, f"\0{self.username}\0{self.password}"])
        return self.secrets.words(own.clear(text)) or "no reason given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a server answered for each recipient: taken, not now, or never (and why)."""

    taken: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


class SmtpSender:
    """Sends messages by one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, envelope: Envelope, before_end: BeforeEnd) -> Receipt:
        """Send a message; ``before_end`` may still prevent it by raising.

        Raises ``Mistake`` (settings), ``SignIn``, ``TryLater`` (no one got it), or
        ``Unclear``: all of it was sent, and the server ended without a word.
        """
        with _session(self._server) as smtp:
            return _deliver(smtp, self._server, envelope, before_end)


@contextmanager
def _session(server: Server) -> Iterator[PlainSmtp | TlsSmtp]:
    if not server.host:
        raise Mistake("No mail can be sent without a server: set `mail.host`.")
    _check_password(server)
    smtp: PlainSmtp | TlsSmtp | None = None
    try:
        smtp = _connect(server)
        _sign_in(smtp, server)
        yield smtp
    except ssl.SSLCertVerificationError as error:
        raise Mistake(
            f"{server.name} shows a certificate that is not trusted ({error.verify_message}):"
            " correct `mail.host`, or have its certificate mended."
        ) from error
    except ssl.SSLError as error:
        raise Mistake(
            f"{server.name} does not speak TLS there: set `mail.security` and `mail.port`"
            " as your provider says (starttls on 587, tls on 465)."
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _error_of(server, error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(
            f"{server.name} can't be reached or hung up: if that lasts, check `mail.host`,"
            " `mail.port` and `mail.security`."
        ) from error
    finally:
        if smtp is not None:
            smtp.close()


def _check_password(server: Server) -> None:
    if server.username and not server.password:
        raise SignIn(f"{server.name} wants a password: set `mail.password`.")
    if server.username and server.security == "none" and not _on_this_machine(server.host):
        raise Mistake(
            "A password is not sent unprotected: set `mail.security` to starttls or tls."
        )


def _on_this_machine(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _connect(server: Server) -> PlainSmtp | TlsSmtp:
    """Open a connection; it names this machine by its address, not by its name."""
    port = server.port or PORTS[server.security]
    trust = server.trust or ssl.create_default_context()
    name, timeout = "localhost", server.reply_timeout
    smtp: PlainSmtp | TlsSmtp
    if server.security == "tls":
        smtp = TlsSmtp(server.host, port, name, timeout=timeout, context=trust)
    else:
        smtp = PlainSmtp(server.host, port, name, timeout=timeout)
    if smtp.sock is not None:
        own = smtp.sock.getsockname()[0]
        smtp.local_hostname = f"[IPv6:{own}]" if ":" in own else f"[{own}]"
    if server.security == "starttls":
        _protect(smtp, server, trust)
    smtp.ehlo_or_helo_if_needed()
    return smtp


def _protect(smtp: PlainSmtp | TlsSmtp, server: Server, trust: ssl.SSLContext) -> None:
    try:
        smtp.starttls(context=trust)
    except smtplib.SMTPNotSupportedError as error:
        raise Mistake(
            f"{server.name} offers no STARTTLS: set `mail.security` to tls, or to none for a"
            " server on this machine."
        ) from error


def _sign_in(smtp: PlainSmtp | TlsSmtp, server: Server) -> None:
    if not server.username:
        return
    try:
        smtp.login(server.username, server.password)
    except smtplib.SMTPNotSupportedError as error:
        raise Mistake(
            f"{server.name} offers no sign-in that works here: correct `mail.port` and"
            " `mail.security`, or take `mail.username` out."
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise _error_of(server, error.smtp_code, error.smtp_error) from error
        raise SignIn(
            f"{server.name} refuses the sign-in ({server.words(error.smtp_error)}): correct"
            " `mail.username` and `mail.password`; many providers want an app password."
        ) from error
    except UnicodeError as error:
        raise Mistake(
            "`mail.username` and `mail.password` must be in plain letters."
        ) from error


def _deliver(
    smtp: PlainSmtp | TlsSmtp, server: Server, envelope: Envelope, before_end: BeforeEnd
) -> Receipt:
    size = [f"SIZE={len(envelope.content)}"] if smtp.has_extn("size") else []
    _expect(server, *smtp.mail(envelope.sender, size), what="the sender")
    receipt = _name_recipients(smtp, server, envelope.recipients)
    if not receipt.taken:
        return receipt
    code, reply = smtp.docmd("DATA")
    if code != 354:
        return _after(server, receipt, code, reply)
    smtp.send(_STARTS_WITH_A_DOT.sub(b"..", envelope.content))
    if not envelope.content.endswith(b"\r\n"):
        smtp.send(b"\r\n")
    before_end(receipt.taken)
    code, reply = _end(smtp, server)
    with contextlib.suppress(smtplib.SMTPException, OSError):
        smtp.send(b"QUIT\r\n")  # what became of the message is written down, not waited with
    return _after(server, receipt, code, reply)


def _end(smtp: PlainSmtp | TlsSmtp, server: Server) -> tuple[int, bytes]:
    """End the message. Where that can't even be sent, the server never has all of it."""
    smtp.reply_timeout = server.end_timeout
    smtp.send(b".\r\n")
    try:
        code, reply = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unclear(f"{server.name} hung up before it said whether it took it.") from error
    if not 200 <= code < 600:
        raise Unclear(f"{server.name} said nothing that can be understood at the end.")
    return code, reply


def _name_recipients(
    smtp: PlainSmtp | TlsSmtp, server: Server, recipients: tuple[str, ...]
) -> Receipt:
    taken, later, refused = [], {}, {}
    for recipient in recipients:
        code, reply = smtp.rcpt(recipient)
        if code in _NEEDS_SIGN_IN or code == 421:
            raise _error_of(server, code, reply)
        if 200 <= code < 300:
            taken.append(recipient)
        elif 500 <= code < 600:
            refused[recipient] = server.words(reply)
        else:
            later[recipient] = server.words(reply)
    return Receipt(taken=tuple(taken), later=later, refused=refused)


def _after(server: Server, receipt: Receipt, code: int, reply: bytes) -> Receipt:
    """Return the receipt once the server has spoken on the message itself."""
    if 200 <= code < 300:
        return receipt
    taken = dict.fromkeys(receipt.taken, server.words(reply))
    if 500 <= code < 600:
        return Receipt(later=receipt.later, refused={**receipt.refused, **taken})
    return Receipt(later={**receipt.later, **taken}, refused=receipt.refused)


def _expect(server: Server, code: int, reply: bytes, *, what: str) -> None:
    if 200 <= code < 300:
        return
    if 500 <= code < 600 and code not in _NEEDS_SIGN_IN:
        raise Mistake(
            f"{server.name} refuses {what} ({server.words(reply)}): correct `mail.{what.split()[-1]}`."
        )
    raise _error_of(server, code, reply)


def _error_of(server: Server, code: int, reply: bytes | str) -> Exception:
    if code in _NEEDS_SIGN_IN:
        return SignIn(
            f"{server.name} wants a sign-in ({server.words(reply)}): set `mail.username` and"
            " `mail.password`."
        )
    if 500 <= code < 600:
        return Mistake(f"{server.name} refuses to talk ({server.words(reply)}): check `mail`.")
    return TryLater(f"{server.name} is busy ({server.words(reply)}).")
