"""The replies of a mail server (RFC 5321, 4.2), each read in time and bounded.

``smtplib`` waits anew for each piece of a reply, and reads as many lines as come.
"""

import smtplib
import socket
from time import monotonic

MOST_BYTES = 64 * 1024
"""What one reply may hold, all its lines together; a server's are about a kilobyte."""
_PIECE = 4096
_USUAL = 30.0


class _Timed(smtplib.SMTP):
    """An SMTP connection on which a reply comes as a whole within ``patience`` seconds, or
    else those that it was made with."""

    patience: float | None = None
    _of: socket.socket | None = None
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
        return self.patience or self.timeout or _USUAL

    def _line(self, ends: float, most: int) -> bytes:
        if self._of is not self.sock:  # TLS began: what was said before it is nobody's
            self._of, self._left = self.sock, b""
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
        assert self.sock is not None  # noqa: S101  # else it was hung up
        self.sock.settimeout(left)
        try:
            found = self.sock.recv(_PIECE)
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(f"the connection broke: {error}") from error
        finally:
            if self.sock is not None:
                self.sock.settimeout(self._seconds)
        if not found:
            self._hang_up("the server closed the connection")
        return found

    def _hang_up(self, why: str) -> None:
        self.close()
        raise smtplib.SMTPServerDisconnected(why)


class Plain(_Timed):
    """A connection that begins without TLS."""


class Secured(_Timed, smtplib.SMTP_SSL):
    """A connection that begins with TLS."""
