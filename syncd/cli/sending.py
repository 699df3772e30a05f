"""Sending a review at once, because the person asks for it, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from syncd.app import App
from syncd.cli.mails import Mails
from syncd.errors import Mistake
from syncd.mail.message import Letter
from syncd.store.parcel import Fate, Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the letters of one review; ``new``: who got one just now."""

    parcels: tuple[Parcel, ...]
    new: tuple[str, ...]
    mails: Mails

    @property
    def well(self) -> bool:
        """Say whether everybody has it, as far as anybody knows."""
        return all(one.state is Fate.SENT for one in self.parcels)

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
    if not app.settings.mail.host:
        raise Mistake("No mail can be sent without a server: set `mail.host`.")
    mailing, outbox = app.mailing(), app.store.outbox
    wanted = [one for one in letters if mailing.people().who(one.audience)]
    before = {one.key: _have(outbox.get(one.key)) for one in wanted}
    mailing.put(wanted, again=True)
    mailing.send()
    parcels = [it for one in wanted if (it := outbox.get(one.key)) is not None]
    new = [who for it in parcels for who in _have(it) if who not in before[it.key]]
    left = tuple(it for it in parcels if it.state is not Fate.SENT)
    return Sent(
        parcels=tuple(parcels),
        new=tuple(new),
        mails=Mails(parcels=left, zone=app.zone, host=app.settings.mail.host),
    )


def _have(parcel: Parcel | None) -> tuple[str, ...]:
    return parcel.those(Fate.SENT) if parcel is not None else ()
