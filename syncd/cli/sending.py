"""Sending a review at once, because the person asks for it, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from syncd.app import App
from syncd.cli.mails import Mails
from syncd.mail.message import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the letters of one review; ``new``: who got one just now."""

    new: tuple[str, ...]
    mails: Mails

    @property
    def well(self) -> bool:
        """Say whether everybody has it, as far as anybody knows."""
        return not self.mails.messages

    @property
    def lines(self) -> Iterator[str]:
        """Yield who got it, and what still waits or did not get through."""
        if self.new:
            yield f"Sent to {', '.join(self.new)}."
        elif self.well:
            yield "Everybody has it already: nothing was sent."
        yield from self.mails.lines

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {"sent": list(self.new), **self.mails.as_json}


def send(app: App, letters: Iterable[Letter]) -> Sent:
    """Send letters to whoever has no copy yet. Raises ``Mistake`` where none can be sent."""
    result = app.mail().send_now(letters)
    mails = Mails(messages=result.left, zone=app.zone, host=app.settings.mail.host)
    return Sent(new=result.new, mails=mails)
