"""A real SMTP server on loopback that can be told to misbehave."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from syncd.mail.smtp import Server, SmtpSender

PASSWORD = "right horse battery"  # noqa: S105  # of no real account


@dataclass
class House:
    """What a server does, and what has arrived at it.

    replies: to the end of the next messages, one each; None ends the connection instead.
    keeps: whether it keeps a message even if it ends without a word. refuses: the reply
    for a recipient. at_end: called when all of a message is there. protected: for each message, whether it came over TLS begun by STARTTLS.
    """

    replies: list[str | None] = field(default_factory=list)
    keeps: bool = False
    refuses: dict[str, str] = field(default_factory=dict)
    refuses_sender: str = ""
    at_end: Callable[[], None] = lambda: None
    arrived: list[tuple[str, bytes]] = field(default_factory=list)
    protected: list[bool] = field(default_factory=list)

    def inbox(self, who: str) -> list[bytes]:
        """Return what one person got."""
        return [content for name, content in self.arrived if name == who]

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.refuses_sender:
            return self.refuses_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        reply = self.replies.pop(0) if self.replies else "250 OK"
        self.protected.append(session.ssl is not None)
        if (reply or "").startswith("2") or (reply is None and self.keeps):
            content = envelope.original_content
            assert content is not None
            self.arrived += [(who, content) for who in envelope.rcpt_tos]
        self.at_end()
        if reply is None:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "250 never heard"
        return reply


@dataclass
class Running:
    """A server that runs, and how it is reached."""

    house: House
    controller: Controller
    trust: ssl.SSLContext | None

    @property
    def port(self) -> int:
        return self.controller.port

    def server(self, **changes: Any) -> Server:
        said = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "reply_timeout": 10.0,
            "end_timeout": 10.0,
            "trust": self.trust,
        }
        return Server(**{**said, **changes})

    def post(self, **changes: Any) -> SmtpSender:
        return SmtpSender(self.server(**changes))


class _Controller(Controller):
    """A controller on a port that was free, with a server of our own choice."""

    def __init__(self, house: House, make: Callable[..., SMTP], **how: Any) -> None:
        self._make = make
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        super().__init__(house, hostname="127.0.0.1", port=port, **how)

    def factory(self) -> SMTP:
        return self._make(self.handler, **self.SMTP_kwargs)


def run(
    house: House,
    trust: ssl.SSLContext | None,
    make: Callable[..., SMTP] = SMTP,
    **how: Any,
) -> Running:
    """Start a server; ``how`` as aiosmtpd wants it."""
    controller = _Controller(house, make, server_hostname="127.0.0.1", **how)
    controller.start()
    return Running(house, controller, trust)


def check(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    """Let in who knows the password."""
    good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


def signing_in(**more: Any) -> dict[str, Any]:
    """Return how a server is run that wants a sign-in."""
    return {"authenticator": check, "auth_required": True, **more}
