"""The mails that wait or did not get through, in a line each; sending a review now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from syncd.app import App
from syncd.cli.output import local, moment_json
from syncd.mail.message import Letter
from syncd.store.outbox import OutboxMessage, OutboxStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """What is on its way, and what is not; ``zone``: the plan's.

    trouble: why the settings do not allow mail though they want it; "" if they do.
    """

    messages: tuple[OutboxMessage, ...]
    zone: str
    host: str
    trouble: str = ""

    @property
    def lines(self) -> Iterable[str]:
        """Yield a line on each, with what to do where something is to be done."""
        if self.trouble:
            yield self.trouble
        for message in self.messages:
            yield _line(message, self.zone, self.host)

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        states = [message.state for message in self.messages]
        return {
            "waiting": states.count(OutboxStatus.WAITING) + states.count(OutboxStatus.LEAVING),
            "failed": states.count(OutboxStatus.FAILED),
            "unsure": states.count(OutboxStatus.UNSURE),
            "trouble": self.trouble,
            "messages": [_message_json(message, self.zone) for message in self.messages],
        }


def mails(app: App) -> Mails:
    """Return what the person should know of their mails."""
    mail = app.mail()
    return Mails(
        messages=tuple(mail.unsent()),
        zone=app.zone,
        host=app.settings.mail.host,
        trouble=mail.trouble,
    )


def _line(message: OutboxMessage, zone: str, host: str) -> str:
    kind, period, audience = _named(message)
    what = f"The {kind} review {period}" + (" for `mail.cc`" if audience == "shared" else "")
    again = f"Send it again: `syncd review {kind} --period {period} --send`."
    why = f" {message.why}" if message.why else ""
    if message.state is OutboxStatus.FAILED:
        return f"{what} was not sent to {_who(message, OutboxStatus.FAILED)}.{why} {again}"
    if message.state is OutboxStatus.UNSURE:
        return (
            f"{what} may not have reached {_who(message, OutboxStatus.UNSURE)}:"
            f" {message.why.rstrip('.')}."
            f" If it did not: `syncd review {kind} --period {period} --send`."
        )
    if not host:
        return f"{what} waits to be sent: set `mail.host`."
    if message.state is OutboxStatus.LEAVING:
        return f"{what} is being sent: look again in some minutes, by `syncd status`."
    return f"{what} waits to be sent, next at {local(message.next_at, zone)}.{why}"


def _who(message: OutboxMessage, status: OutboxStatus) -> str:
    return ", ".join(message.recipients_with(status))


def _named(message: OutboxMessage) -> tuple[str, str, str]:
    """Return a mail's kind, period and audience.

    A look at a period that still runs is named by its day, too: that is left out.
    """
    kind, period, audience = message.key.split("/")
    return kind, period.partition("~")[0], audience


def _message_json(message: OutboxMessage, zone: str) -> dict[str, Any]:
    kind, period, audience = _named(message)
    return {
        "kind": kind,
        "period": period,
        "audience": audience,
        "state": message.state,
        "why": message.why,
        "attempts": message.attempts,
        "next_at": moment_json(message.next_at, zone)
        if message.state is OutboxStatus.WAITING
        else None,
        "recipients": {who: each.status for who, each in message.recipients.items()},
    }


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
