"""A mail server on loopback that keeps what it gets as files, and sends nothing on."""

import asyncio
import re
import socket
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from syncd.private import make_folder, write

MOST = 100
"""Mails that are kept; later ones are refused for now."""
LARGEST = 2_000_000
"""Bytes of a mail."""
_PATIENCE = 10.0
_PLAIN = re.compile(r"[^a-z0-9]+")
_FORMS = {"plain": "txt", "html": "html"}


class Mailbox:
    """The folder of mails: each as ``NNN-NAME.eml``, and its text and HTML beside it."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self._folder = folder
        self._lock = threading.Lock()

    @property
    def mails(self) -> list[Path]:
        """Return the mails' files, oldest first."""
        return sorted(self._folder.glob("*.eml"))

    def keep(self, content: bytes) -> bool:
        """Write a mail down; False where there are too many already."""
        with self._lock:
            number = len(self.mails) + 1
            if number > MOST:
                return False
            mail = read_mail(content)
            path = self._folder / f"{number:03}-{_slug(str(mail['subject'] or ''))}.eml"
            for kind, ending in _FORMS.items():
                part = mail.get_body((kind,))
                if part is not None:
                    text = part.get_content().replace("\r\n", "\n")
                    write(path.with_suffix(f".{ending}"), text)
            write(path, content)
            return True


def read_mail(content: bytes) -> EmailMessage:
    """Return a mail as it can be looked into."""
    return message_from_bytes(content, policy=default)


def files_of(mail: Path) -> list[Path]:
    """Return the files of one mail that are there: the mail, its HTML and its text."""
    files = [mail.with_suffix(ending) for ending in (".eml", ".html", ".txt")]
    return [file for file in files if file.exists()]


class SmtpSink:
    """A mail server in a thread, on a free port, until ``close``."""

    def __init__(self, folder: Path) -> None:
        self.box = Mailbox(folder)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._protocol, sock=self._socket)
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the server."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._socket.close()

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        kept = self.box.keep(envelope.original_content or b"")
        return "250 Kept" if kept else f"452 This box holds {MOST} mails: empty it first"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._server.close()
            self._end_tasks()
            self._loop.close()

    def _end_tasks(self) -> None:
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="localhost",
            ident="syncd's demonstration",
            data_size_limit=LARGEST,
            timeout=_PATIENCE,
            loop=self._loop,
        )


def _slug(subject: str) -> str:
    """Return what stands before the colon of a subject, in plain letters."""
    name = _PLAIN.sub("-", subject.split(":")[0].lower()).strip("-")
    return name[:40].strip("-") or "mail"
