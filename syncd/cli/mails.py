"""The mails that wait, and those that did not get through, in a line each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from syncd.app import App
from syncd.cli.output import local, moment_json
from syncd.errors import Mistake
from syncd.store.parcel import Fate, Parcel

TOLD_FOR = timedelta(days=14)
"""How long a mail that did not get through is spoken of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """What is on its way, and what is not; ``zone``: the plan's.

    trouble: why the settings do not allow mail though they want it; "" if they do.
    """

    parcels: tuple[Parcel, ...]
    zone: str
    host: str
    trouble: str = ""

    @property
    def lines(self) -> Iterable[str]:
        """Yield a line on each, with what to do where something is to be done."""
        if self.trouble:
            yield self.trouble
        for one in self.parcels:
            yield _line(one, self.zone, self.host)

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        states = [one.state for one in self.parcels]
        return {
            "waiting": states.count(Fate.WAITING) + states.count(Fate.LEAVING),
            "failed": states.count(Fate.FAILED),
            "unsure": states.count(Fate.UNSURE),
            "trouble": self.trouble,
            "messages": [_told(one, self.zone) for one in self.parcels],
        }


def mails(app: App) -> Mails:
    """Return what the person should know of their mails."""
    since = app.clock.now() - TOLD_FOR
    found = app.store.outbox.all(Fate.WAITING, Fate.LEAVING, Fate.FAILED, Fate.UNSURE)
    recent = [it for it in found if it.made_at > since or it.state is Fate.WAITING]
    host = app.settings.mail.host
    return Mails(parcels=tuple(recent), zone=app.zone, host=host, trouble=_trouble(app))


def _trouble(app: App) -> str:
    """Return what is wrong with the settings of mail; "" where none is wanted."""
    mail = app.settings.mail
    if not (mail.host or mail.recipients or mail.cc):
        return ""
    try:
        app.mailing().people()
    except Mistake as mistake:
        return str(mistake)
    return ""


def _line(one: Parcel, zone: str, host: str) -> str:
    kind, period, audience = _named(one)
    what = f"The {kind} review {period}" + (" for `mail.cc`" if audience == "shared" else "")
    again = f"Send it again: `syncd review {kind} --period {period} --send`."
    why = f" {one.why}" if one.why else ""
    if one.state is Fate.FAILED:
        return f"{what} was not sent to {_who(one, Fate.FAILED)}.{why} {again}"
    if one.state is Fate.UNSURE:
        return (
            f"{what} may not have reached {_who(one, Fate.UNSURE)}: {one.why.rstrip('.')}."
            f" If it did not: `syncd review {kind} --period {period} --send`."
        )
    if not host:
        return f"{what} waits to be sent: set `mail.host`."
    if one.state is Fate.LEAVING:
        return f"{what} is being sent: look again in some minutes, by `syncd status`."
    return f"{what} waits to be sent, next at {local(one.next_at, zone)}.{why}"


def _who(one: Parcel, fate: Fate) -> str:
    return ", ".join(one.those(fate))


def _named(one: Parcel) -> tuple[str, str, str]:
    """Return a mail's kind, period and audience.

    A look at a period that still runs is named by its day, too: that is left out.
    """
    kind, period, audience = one.key.split("/")
    return kind, period.partition("~")[0], audience


def _told(one: Parcel, zone: str) -> dict[str, Any]:
    kind, period, audience = _named(one)
    return {
        "kind": kind,
        "period": period,
        "audience": audience,
        "state": one.state,
        "why": one.why,
        "attempts": one.attempts,
        "next_at": moment_json(one.next_at, zone) if one.state is Fate.WAITING else None,
        "recipients": {who: it.fate for who, it in one.recipients.items()},
    }
